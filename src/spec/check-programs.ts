import { agentPort } from '../domain/network.ts';
import { entries, isBranch, type Located, pick, texts } from './data.ts';
import { defaults } from './defaults.ts';
import { isRelativePath } from './rules.ts';
import { programComplaint } from './rules-program.ts';
import { cleanTarget } from './rules-targets.ts';
import type { Finding, Path } from './source.ts';
import { splitCommand } from './words.ts';

/** What the keys of a program must agree on. */
export function programFindings(data: unknown, path: Path): Finding[] {
  return [
    ...withoutCommand(data, path),
    ...closedFindings(data, path),
    ...['command', 'release_command'].flatMap((key) => relativeFindings(data, path, key)),
    ...secretFileFindings(data, path),
    ...ownerFindings(data, path),
    ...agentFindings(data, path),
  ];
}

/** Units of packages are started as the packages want it. */
function withoutCommand(data: unknown, path: Path): Finding[] {
  const service = pick(data, path);
  if (!isBranch(service) || 'command' in service) return [];
  return ['user', 'stop_signal', 'working_dir'].flatMap((key): Finding[] => {
    if (!(key in service) || (key === 'working_dir' && 'release_command' in service)) return [];
    const hint = 'delete the line, or add a command';
    return [{ path: [...path, key], key: true, message: wordsFor(key), hint }];
  });
}

function wordsFor(key: string): string {
  return key === 'user'
    ? '`user` runs `command`, and there is no `command`'
    : `\`${key}\` belongs to \`command\`, and there is no \`command\``;
}

/** Debian's /root is open to root alone. */
function closedFindings(data: unknown, path: Path): Finding[] {
  const at = [...path, 'working_dir'];
  const directory = pick(data, at);
  const user = pick(data, [...path, 'user']) ?? defaults.user;
  if (typeof directory !== 'string' || !/^\/root(\/|$)/.test(cleanTarget(directory))) return [];
  if (user === 'root' || pick(data, [...path, 'command']) === undefined) return [];
  const message = `\`/root\` is closed to the user \`${user}\`, as which \`command\` starts`;
  return [{ path: at, message, hint: 'for example `/opt/app`, or `user: root`' }];
}

function wordsAt(data: unknown, path: Path): readonly string[] {
  const given = pick(data, path);
  if (Array.isArray(given)) return given.filter((word) => typeof word === 'string');
  const split = typeof given === 'string' ? splitCommand(given) : undefined;
  return split?.ok ? split.words : [];
}

/** systemd starts programs in `/`, where next to nothing lies. */
function relativeFindings(data: unknown, path: Path, key: string): Finding[] {
  const at = [...path, key];
  const [program = '', ...rest] = wordsAt(data, at);
  const directory = pick(data, [...path, 'working_dir']);
  if (typeof directory === 'string') return isRelativePath(program) ? pathFindings(at, directory, program) : [];
  const targets = targetsOf(data, path).map(({ text }) => cleanTarget(text));
  const homeOf = (word: string) => {
    const tail = `/${word.replace(/^\.\//, '')}`;
    const target = targets.find((each) => each.endsWith(tail) && each.length > tail.length);
    return target?.slice(0, -tail.length);
  };
  if (isRelativePath(program)) {
    const hint = `add \`working_dir: ${homeOf(program) ?? '/opt/app'}\`, or write its whole path`;
    return [
      { path: at, message: `\`${program}\` is a path within a directory, and no \`working_dir\` tells which`, hint },
    ];
  }
  const word = rest.find((each) => homeOf(each) !== undefined);
  if (word === undefined) return [];
  const home = homeOf(word);
  const message = `\`${word}\` would be looked for in \`/\`, and it is \`${home}/${word.replace(/^\.\//, '')}\``;
  return [{ path: at, message, hint: `add \`working_dir: ${home}\`, or write the whole path` }];
}

/** systemd gets the whole path, which must be one that it takes. */
function pathFindings(at: Path, directory: string, program: string): Finding[] {
  const complaint = programComplaint(cleanTarget(`${directory}/${program}`));
  if (complaint === undefined || programComplaint(program) !== undefined) return [];
  const hint = 'another `working_dir`, or the whole path of a program elsewhere';
  return [{ path: at, message: `with \`working_dir\` before it, ${complaint.message}`, hint }];
}

export function targetsOf(data: unknown, path: Path): Located[] {
  const files = pick(data, [...path, 'files']);
  const ofFiles = Array.isArray(files)
    ? files.flatMap((_, index) => texts(data, [...path, 'files', index, 'target']))
    : [];
  const secrets = entries(data, [...path, 'secrets']);
  return [...ofFiles, ...secrets.flatMap(([name]) => texts(data, [...path, 'secrets', name, 'target']))];
}

function secretFileFindings(data: unknown, path: Path): Finding[] {
  return entries(data, [...path, 'secrets']).flatMap(([name, secret]) => {
    if (!isBranch(secret) || 'target' in secret) return [];
    return ['owner', 'mode'].flatMap((key): Finding[] => {
      if (!(key in secret)) return [];
      const message = `\`${key}\` belongs to a file, and this secret is an environment variable`;
      const hint = `add \`target: /run/secrets/${name.toLowerCase()}\`, or delete the line`;
      return [{ path: [...path, 'secrets', name, key], key: true, message, hint }];
    });
  });
}

/** Of Debian and Ubuntu alike. Source: base-passwd's passwd.master and group.master. */
const baseNames = new Set(
  'root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc nobody'.split(' '),
);
const baseGroups = new Set(
  'adm tty disk kmem dialout fax voice cdrom floppy tape sudo audio dip operator src shadow utmp video sasl plugdev staff users nogroup'.split(
    ' ',
  ),
);

/** Packages may bring users of their own; without any it is known who there is. */
function ownerFindings(data: unknown, path: Path): Finding[] {
  const packages = pick(data, [...path, 'packages']);
  if (Array.isArray(packages) && packages.length > 0) return [];
  const own = pick(data, [...path, 'user']) ?? defaults.user;
  const known = new Set([...baseNames, ...('command' in ((pick(data, path) ?? {}) as object) ? [own] : [])]);
  return ownersOf(data, path).flatMap(({ text, path: at }): Finding[] => {
    const [user = '', group = user] = text.split(':');
    const isThere = known.has(user) && (known.has(group) || baseGroups.has(group));
    const hint = 'the service’s `user` is made before the files; others come with `packages`';
    return isThere
      ? []
      : [
          {
            path: at,
            message: `nobody makes \`${known.has(user) ? group : user}\` before the files are written`,
            hint,
          },
        ];
  });
}

function ownersOf(data: unknown, path: Path): Located[] {
  const files = pick(data, [...path, 'files']);
  const secrets = entries(data, [...path, 'secrets']);
  return [
    ...(Array.isArray(files) ? files.flatMap((_, index) => texts(data, [...path, 'files', index, 'owner'])) : []),
    ...secrets.flatMap(([name]) => texts(data, [...path, 'secrets', name, 'owner'])),
  ];
}

function agentFindings(data: unknown, path: Path): Finding[] {
  const algorithm = pick(data, [...path, 'algorithm']) ?? pick(data, ['balancer', 'algorithm']);
  if (algorithm !== 'resource') return [];
  if (pick(data, [...path, 'port']) === agentPort) {
    const message = `with \`algorithm: resource\` an agent listens on port ${agentPort} of each instance`;
    return [{ path: [...path, 'port'], message, hint: 'let the service listen on another port' }];
  }
  if (path.at(-1) !== 'agent') return [];
  const message = 'with `algorithm: resource` each instance has an agent, whose unit bears this name';
  return [{ path, key: true, message, hint: 'for example `the-agent`' }];
}

/** Whom each service waits for; a circle would wait for itself. */
export function dependencyFindings(services: readonly [string, unknown][]): Finding[] {
  const wants = new Map(
    services.map(([name, service]) => [name, texts(service, ['depends_on']).map(({ text }) => text)]),
  );
  return services.flatMap(([name, service]) =>
    texts(service, ['depends_on']).flatMap(({ text, path: [, index = 0] }): Finding[] => {
      const path = ['services', name, 'depends_on', index];
      if (!wants.has(text)) {
        const hint = `the services are ${[...wants.keys()].join(', ')}; what runs elsewhere can't be waited for`;
        return [{ path, message: `there is no service \`${text}\``, hint }];
      }
      const circle = wayBack(text, name, wants);
      if (circle === undefined) return [];
      const message = `${[name, ...circle].map((each) => `\`${each}\``).join(' waits for ')}`;
      return [{ path, message, hint: 'none of them could begin: take one of these lines out' }];
    }),
  );
}

function wayBack(
  from: string,
  to: string,
  wants: ReadonlyMap<string, readonly string[]>,
  seen: ReadonlySet<string> = new Set(),
): string[] | undefined {
  if (from === to) return [from];
  if (seen.has(from)) return undefined;
  for (const next of wants.get(from) ?? []) {
    const rest = wayBack(next, to, wants, new Set([...seen, from]));
    if (rest !== undefined) return [from, ...rest];
  }
  return undefined;
}
