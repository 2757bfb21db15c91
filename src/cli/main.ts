import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command, CommanderError } from 'commander';
import { debianBaseImages } from '../adapters/debian/base-images.ts';
import { clusterAccess } from '../adapters/local/access.ts';
import { imageCache } from '../adapters/local/cache.ts';
import { lxdSocket } from '../adapters/local/daemon.ts';
import { lacks, mend } from '../adapters/local/host.ts';
import { localProvider } from '../adapters/local/provider.ts';
import { connectLxd } from '../adapters/lxd/client.ts';
import { takeLock } from '../adapters/node/lock.ts';
import { nodeSystem } from '../adapters/node/system.ts';
import { exitCodes, RelevoError } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import { observe } from '../observe/observe.ts';
import { statusOf } from '../observe/status.ts';
import { jsonSchema } from '../spec/schema.ts';
import { starter, starterPage } from '../spec/starter.ts';
import { execCommand, logsCommand } from './commands/inside.ts';
import { destroyCommand, haltCommand } from './commands/machines.ts';
import { planCommand, upCommand } from './commands/up.ts';
import { guarded, type Io, terminal } from './io.ts';
import { renderStatus } from './print/status.ts';
import { type Doors, eyesOf, readSpec } from './session.ts';

const system = nodeSystem();
const stateDirectory = system.env['RELEVO_HOME'] ?? '/var/lib/relevo';
const cacheDirectory = system.env['RELEVO_CACHE'] ?? '/var/cache/relevo';

interface Options {
  readonly file: string;
  readonly json?: boolean;
  readonly yes?: boolean;
}

async function openDoors(spec: Spec): Promise<Doors> {
  const socket = await lxdSocket(system);
  const lxd = connectLxd({ socket });
  await system.files.makeDirectory(cacheDirectory, 0o755);
  return {
    system,
    provider: localProvider(spec.name, socket, lxd, system),
    access: clusterAccess(spec.name, join(stateDirectory, spec.name), system, connectLxd),
    bases: debianBaseImages(system, cacheDirectory),
    cache: imageCache(system, cacheDirectory),
    close: () => lxd.close(),
  };
}

/** The host's own needs come first: without a daemon nothing can be seen. */
async function prepareHost(io: Io, yes: boolean): Promise<void> {
  const found = await lacks(system);
  const unfixable = found.find((lack) => lack.fix === null);
  if (unfixable !== undefined)
    throw new RelevoError({ code: 'host-lacks', message: `this host lacks ${unfixable.what}` });
  if (found.length === 0) return;
  if (!io.json) io.note(['This host lacks:', ...found.map(({ what, fix }) => `  ${what} → ${fix}`)].join('\n'));
  await io.confirm('Install and start it?', yes);
  await mend(system, (line) => (io.json ? undefined : io.note(`  ${line}`)));
}

/** Root is needed for packages, LXD and namespaces: other users go through sudo, keeping what steers relevo. */
async function asRoot(): Promise<void> {
  if (system.uid === 0) return;
  const { spawnSync } = await import('node:child_process');
  const keep = '--preserve-env=LXD_DIR,RELEVO_HOME,RELEVO_CACHE,NO_COLOR,FORCE_COLOR,TERM';
  const { status, error } = spawnSync('sudo', [keep, process.execPath, ...process.argv.slice(1)], { stdio: 'inherit' });
  if (error)
    throw new RelevoError({
      code: 'host-lacks',
      message: 'this needs root, and there is no sudo',
      hint: 'run it as root',
    });
  process.exit(status ?? 1);
}

type Body = (io: Io, doors: Doors, spec: Spec, options: Options) => Promise<number>;

/** A command on one project: reads the file, opens the doors, closes them. */
function onProject(body: Body, { exclusive = false, prepares = false } = {}) {
  return async (...args: unknown[]) => {
    const command = args.at(-1) as Command;
    const options = command.optsWithGlobals() as Options;
    const io = terminal(options.json === true);
    await guarded(io, async () => {
      const spec = await readSpec(options.file, system);
      await asRoot();
      const lock = exclusive
        ? await takeLock(
            `${await lxdSocket(system)}:${spec.name}`,
            `relevo ${command.name()}, pid ${process.pid}, since ${system.now().toISOString()}`,
          )
        : undefined;
      if (prepares) await prepareHost(io, options.yes === true);
      const doors = await openDoors(spec);
      try {
        return await body(io, doors, spec, options);
      } finally {
        await doors.close();
        await lock?.[Symbol.asyncDispose]();
      }
    });
  };
}

const place = ({ file }: Options) => ({ file, directory: dirname(resolve(file)) });

const up: Body = (io, doors, spec, options) =>
  upCommand(io, doors, { spec, ...place(options), yes: options.yes === true });

const status: Body = async (io, doors, spec) => {
  const found = statusOf(spec, await observe(eyesOf(spec, doors)));
  io.print(io.json ? JSON.stringify(found) : renderStatus(found, io.style));
  return 0;
};

function program(): Command {
  const relevo = new Command('relevo')
    .description('High availability for stateless web services on a few Linux machines.')
    .exitOverride()
    .showHelpAfterError('(see `relevo --help`)');
  const define = (words: string, summary: string, example: string) =>
    relevo
      .command(words)
      .description(summary)
      .option('-f, --file <file>', 'the file that describes the project', 'relevo.yaml')
      .option('--json', 'one stable JSON object (up: one event per line)')
      .addHelpText('after', `\nExample:\n  ${example}\n\nExit codes: docs/exit-codes.md`);
  define('init [name]', 'write a commented starter file and its page', 'relevo init shop').action(initCommand);
  define('plan', 'show what `up` would change; exit code 0: nothing, 2: changes', 'relevo plan').action(
    onProject((io, doors, spec, options) => planCommand(io, doors, { spec, ...place(options) })),
  );
  define('up', 'make the file real', 'relevo up --yes')
    .option('-y, --yes', 'do not ask')
    .action(onProject(up, { exclusive: true, prepares: true }));
  define('start', 'start halted machines and wait until everything serves', 'relevo start')
    .option('-y, --yes', 'do not ask', true)
    .action(onProject(up, { exclusive: true, prepares: true }));
  define('status', 'show machines, members, instances and balancers', 'relevo status --json').action(onProject(status));
  define('exec <instance> <command...>', 'run a command in an instance', 'relevo exec web-1 -- apache2ctl -S').action(
    (name: string, argv: string[], _o: unknown, command: Command) =>
      onProject((_io, doors, spec) => execCommand(doors, spec, name, argv))(command),
  );
  define('shell <instance>', 'a root shell in an instance', 'relevo shell web-1').action(
    (name: string, _o: unknown, command: Command) =>
      onProject((_io, doors, spec) => execCommand(doors, spec, name, ['bash', '-l']))(command),
  );
  define('logs [name]', 'journals of an instance, a service, or all', 'relevo logs web -f')
    .option('--follow', 'go on as lines come')
    .option('-n, --lines <number>', 'lines of each', '20')
    .action((name: string | undefined, options: { follow?: boolean; lines: string }, command: Command) =>
      onProject((io, doors, spec) =>
        logsCommand(io, doors, spec, {
          ...(name && { of: name }),
          follow: options.follow === true,
          lines: Number(options.lines),
        }),
      )(command),
    );
  define('halt', 'shut all machines down', 'relevo halt').action(
    onProject((io, doors, spec) => haltCommand(io, doors, spec), { exclusive: true }),
  );
  define('destroy', 'remove everything that was made', 'relevo destroy --yes')
    .option('-y, --yes', 'do not ask')
    .action(
      onProject((io, doors, spec, options) => destroyCommand(io, doors, spec, options.yes === true), {
        exclusive: true,
      }),
    );
  define('doctor', 'what this host lacks', 'relevo doctor --fix')
    .option('--fix', 'install and start it')
    .option('-y, --yes', 'do not ask')
    .action(doctorCommand);
  define('schema', "the file's JSON Schema, for editors", 'relevo schema > relevo.schema.json').action(() =>
    terminal(false).print(JSON.stringify(jsonSchema(), null, 2)),
  );
  return relevo;
}

async function doctorCommand(options: Options & { fix?: boolean }): Promise<void> {
  const io = terminal(options.json === true);
  await guarded(io, async () => {
    if (options.fix) {
      await asRoot();
      await prepareHost(io, options.yes === true);
    }
    const found = await lacks(system);
    const text =
      found.length === 0
        ? 'this host has all it needs'
        : found.map(({ what, fix }) => `lacks ${what}${fix === null ? '' : ` → ${fix}`}`).join('\n');
    io.print(io.json ? JSON.stringify({ lacks: found }) : text);
    return found.length === 0 ? 0 : exitCodes['host-lacks'];
  });
}

async function initCommand(name: string | undefined, options: Options): Promise<void> {
  const io = terminal(options.json === true);
  await guarded(io, async () => {
    const page = join(dirname(resolve(options.file)), 'site/index.html');
    const there = [options.file, page].find((file) => existsSync(file));
    if (there !== undefined)
      throw new RelevoError({
        code: 'refused',
        message: `${there} exists already`,
        hint: 'name another file with -f FILE',
      });
    await system.files.write(options.file, starter(name ?? 'mysite'), 0o644);
    await system.files.write(page, starterPage(), 0o644);
    io.print(
      io.json
        ? JSON.stringify({ written: [options.file, page] })
        : `wrote ${options.file} and ${page}\nnext: relevo up`,
    );
    return 0;
  });
}

try {
  await program().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
}
