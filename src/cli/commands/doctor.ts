import { dirname } from 'node:path';
import type { Command } from 'commander';
import { certificateNotes } from '../../app/certificates.ts';
import { readSpec } from '../../app/file.ts';
import { missingOf, prepareHost } from '../../app/host.ts';
import { exitCodes, RelevoError } from '../../domain/failure.ts';
import type { Spec } from '../../domain/spec.ts';
import type { Check } from '../../ports/host.ts';
import type { Process } from '../../ports/process.ts';
import type { ProviderKind } from '../../ports/provider.ts';
import { defaults } from '../../spec/defaults.ts';
import { type CommonOptions, commandLine } from '../commandline.ts';
import { guarded, type Io, mendConsent, terminal } from '../io.ts';
import { renderChecks } from '../print/checks.ts';
import { noteText } from '../print/words.ts';
import { namedFile } from '../project.ts';
import { asRoot } from '../root.ts';
import type { World } from '../world.ts';

interface DoctorOptions extends CommonOptions {
  readonly fix?: boolean;
}

export function doctor(world: World): Command {
  return commandLine({
    words: 'doctor',
    summary: 'check this host, and the hosts in the file',
    examples: ['relevo doctor', 'relevo doctor --fix --yes'],
    exits: [[0, 'this host has all it needs']],
    failures: ['host-lacks', 'refused'],
  })
    .option('--fix', 'install and start what is missing')
    .option('-y, --yes', 'do not ask')
    .action((options: DoctorOptions) => run(world, options));
}

async function run({ providers, process }: World, options: DoctorOptions): Promise<void> {
  const io = terminal(process, { json: options.json === true });
  await guarded(process, io, async () => {
    const { spec, trouble } = await fileOf(options.file, process);
    const kind = (await providers())[spec?.machines.provider ?? defaults.provider];
    const { host, needsRoot } = kind;
    const code = needsRoot ? await asRoot(process) : undefined;
    if (code !== undefined) return code;
    if (options.fix) await prepareHost(host, mendConsent(io, options.yes === true));
    const found = spec === undefined ? undefined : await kind.examine?.(spec);
    const mended =
      options.fix && spec !== undefined && (await mendFar(kind, spec, found ?? [], io, options.yes === true));
    const far = mended ? await kind.examine?.(spec) : found;
    const checks = [...(await host.check()), ...(far ?? []), ...trouble];
    const whose = far === undefined ? 'this host' : 'all hosts';
    io.print(io.json ? JSON.stringify({ checks }) : renderChecks(checks, io.style, io.width, whose));
    return missingOf(checks).length === 0 ? 0 : exitCodes['host-lacks'];
  });
}

/** False where there is nothing that could be done there. */
async function mendFar(
  kind: ProviderKind,
  spec: Spec,
  found: readonly Check[],
  io: Io,
  yes: boolean,
): Promise<boolean> {
  const fixable = found.filter(({ state, fix }) => state !== 'ok' && fix !== undefined);
  if (fixable.length === 0 || kind.mend === undefined) return false;
  const { ask, onLine } = mendConsent(io, yes, 'the hosts');
  await ask(fixable);
  await kind.mend(spec, onLine);
  return true;
}

/** Without a file there is this host alone to look at; one that is wrong is no reason not to. */
async function fileOf(name: string, process: Process): Promise<{ spec?: Spec; trouble: readonly Check[] }> {
  const file = namedFile(name, process);
  if (!(await process.files.exists(file.path))) return { trouble: [] };
  try {
    const { spec } = await readSpec(file, process.files);
    const notes = await certificateNotes(spec.balancer, dirname(file.path), process);
    return { spec, trouble: notes.map((note) => ({ what: name, state: 'note', detail: noteText(note) })) };
  } catch (error) {
    if (!(error instanceof RelevoError)) throw error;
    return { trouble: [{ what: name, state: 'note', detail: `${error.message}: what it names was not looked at` }] };
  }
}
