import { globSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type Described, describeCommands, withPaths } from '../../src/cli/complete/tree.ts';
import type { World } from '../../src/cli/world.ts';
import { faults } from '../../src/faults/catalogue.ts';
import { homesOf, keysAt } from '../../src/spec/known-keys.ts';

/** What messages and pages tell people to type, to write and to set must exist. */
const tree = describeCommands(await program());
const commands = new Map<string, Described>(withPaths(tree));

async function program(): Promise<Command> {
  const whole = new Command('relevo');
  const world = { process } as unknown as World;
  for (const file of globSync('src/cli/commands/*.ts')) {
    const made = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    for (const make of Object.values(made)) {
      if (typeof make !== 'function' || !isMaker(file, make.name)) continue;
      whole.addCommand((make as (world: World, whole: () => Promise<Command>) => Command)(world, async () => whole));
    }
  }
  return whole;
}

/** As `src/cli/program.ts` names them. */
function isMaker(file: string, name: string): boolean {
  const list = readFileSync('src/cli/program.ts', 'utf8');
  return list.includes(`import('./commands/${file.split('/').at(-1)}')).${name},`);
}

interface Said {
  readonly where: string;
  readonly text: string;
}

const sources = globSync('src/**/*.ts').map((where) => ({ where, text: readFileSync(where, 'utf8') }));
const pages = [...globSync('*.md'), ...globSync('{docs,examples}/**/*.md')].map((where) => ({
  where,
  text: readFileSync(where, 'utf8'),
}));

/** Command lines between backquotes, in examples of the help, after a colon in a hint, and in blocks of pages. */
function commandLines(): Said[] {
  const patterns = [/(?<!= )\\?`relevo ([^`\\\n]+)\\?`/g, /'relevo ([a-z][^'\n]*)'/g, /: relevo ([a-z][^`'\n]*)[`']/g];
  const inSources = sources.flatMap(({ where, text }) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, line = '']) => ({ where, text: line }))),
  );
  const inPages = pages.flatMap(({ where, text }) =>
    [/`relevo ([^`\n]+)`/g, /^(?:\$ |sudo )?relevo (.+)$/gm].flatMap((pattern) =>
      [...text.matchAll(pattern)].map(([, line = '']) => ({ where, text: line })),
    ),
  );
  return [...inSources, ...inPages];
}

/** Why nobody could type it; undefined where somebody can. */
function troubleOf(line: string): string | undefined {
  const words = line
    .replace(/\s+#.*/, '')
    .replace(/ [|>].*/, '')
    .split(/\s+/);
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
  const [first = '', second = ''] = own.map((word) => word.replace(/\$\{.*/, ''));
  if (/^(\$\{|[A-Z]|--?(help|version|h|V)\b)/.test(first)) return undefined; // filled in while it runs, or told of all
  if (/, pid /.test(line)) return undefined; // who holds the lock
  const group = commands.get(first);
  if (first === '') return undefined; // filled in while it runs
  if (group === undefined) return `there is no command \`${first}\``;
  const command = commands.get(`${first} ${second}`) ?? group;
  if (group.commands.length > 0 && group.takes.length === 0 && command === group && !/^(-|$)/.test(second))
    return `${first} has no ${second}`;
  const flags = command.options.flatMap((option) => option.flags);
  const missing = own.filter((word) => /^--?[a-z]/i.test(word)).map((word) => word.replace(/=.*|[,.;)]+$/g, ''));
  const bad = missing.find((flag) => !flags.includes(flag));
  return bad === undefined ? undefined : `\`relevo ${first}\` has no option ${bad}`;
}

/** Messages and hints, as they stand in the source. */
const hints = sources.flatMap(({ where, text }) =>
  text
    .split('\n')
    .filter((line) => /\b(hint|message|whenInterrupted)\b|onLine\(/.test(line))
    .map((line) => ({ where, text: line })),
);

describe('what people are told to type', () => {
  it('is a command with its options', () => {
    const lines = commandLines();
    expect(lines.length).toBeGreaterThan(100);
    const troubles = lines.flatMap(({ where, text }) => {
      const trouble = troubleOf(text);
      return trouble === undefined ? [] : [`${where}: relevo ${text}: ${trouble}`];
    });
    expect(troubles).toEqual([]);
  });

  it('finds what is not', () => {
    expect(troubleOf('start --yesss')).toBe('`relevo start` has no option --yesss');
    expect(troubleOf('stop web')).toBe('there is no command `stop`');
    expect(troubleOf('fault end')).toBe('fault has no end');
    expect(troubleOf('exec web-1 -- ls --all')).toBeUndefined();
  });

  it('are options of some command, where no command is named', () => {
    const known = new Set([...commands.values()].flatMap(({ options }) => options.flatMap(({ flags }) => flags)));
    const told = hints.flatMap(({ where, text }) =>
      [...text.matchAll(/(?:pass |\\?`)(--[a-z][a-z-]*)/g)].map(([, flag = '']) => `${where}: ${flag}`),
    );
    expect(told.length).toBeGreaterThan(2);
    expect(told.filter((each) => !known.has(each.split(': ')[1] ?? ''))).toEqual([]);
  });

  it('`--yes` where somebody may be asked', () => {
    const asks = sources.filter(({ where, text }) => {
      return where.startsWith('src/cli/commands/') && /consentOf|mendConsent|\.confirm\(|prepares: true/.test(text);
    });
    expect(asks.length).toBeGreaterThan(5);
    for (const { where, text } of asks) expect(text, where).toContain("'-y, --yes'");
  });

  it('are faults that there are', () => {
    const names = new Set<string>(faults.map(({ name }) => name));
    const told = [...hints, ...pages].flatMap(({ where, text }) =>
      [...text.matchAll(/fault (?:inject|heal) ([a-z]+\.[a-z]+)/g)].map(([, name = '']) => `${where}: ${name}`),
    );
    expect(told.length).toBeGreaterThan(3);
    expect(told.filter((each) => !names.has(each.split(': ')[1] ?? ''))).toEqual([]);
  });
});

describe('what people are told to write or to set', () => {
  it('is a key of the file', () => {
    const told = hints
      .filter(({ where }) => !where.startsWith('src/load/'))
      .flatMap(({ where, text }) => {
        const short = [...text.matchAll(/(?<!\()\\?`([a-z][a-z_]*): [^`]*\\?`/g)].map(([, key = '']) => key);
        return short.map((key) => `${where}: ${key}`);
      });
    const dotted = hints.flatMap(({ where, text }) =>
      [...text.matchAll(/\\?`((?:machines|balancer|services)\.[a-z_.]+)\\?`/g)].map(
        ([, path = '']) => [where, path] as const,
      ),
    );
    expect(told.length).toBeGreaterThan(8);
    expect(dotted.length).toBeGreaterThan(0);
    expect(told.filter((each) => homesOf(each.split(': ')[1] ?? '').length === 0)).toEqual([]);
    const lost = dotted.filter(([, path]) => {
      const parts = path.split('.');
      return !keysAt(parts.slice(0, -1)).includes(parts.at(-1) ?? '');
    });
    expect(lost).toEqual([]);
  });

  it('is a variable that is read', () => {
    const read = sources.map(({ text }) => text).join('\n');
    const told = [...hints, ...pages].flatMap(({ where, text }) =>
      [...text.matchAll(/\bRELEVO_[A-Z_]+/g)].map(([name]) => `${where}: ${name}`),
    );
    expect(told.length).toBeGreaterThan(2);
    const isRead = (name: string) => read.includes(`['${name}']`) || read.includes(`env.${name}`);
    const ofTests = new Set(
      globSync('test/**/*.ts').flatMap((file) => readFileSync(file, 'utf8').match(/RELEVO_[A-Z_]+/g) ?? []),
    );
    const lost = told.filter((each) => {
      const name = each.split(': ')[1] ?? '';
      return !isRead(name) && !ofTests.has(name);
    });
    expect(lost).toEqual([]);
  });
});
