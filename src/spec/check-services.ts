import { mostInstances } from '../domain/slots.ts';
import { targetsOf } from './check-programs.ts';
import { entries, isBranch, type Located, pick, texts } from './data.ts';
import { nameOf, variableComplaint } from './names.ts';
import { cleanTarget } from './rules-targets.ts';
import type { Finding, Path } from './source.ts';

export function serviceFindings(data: unknown, path: Path): Finding[] {
  return [...targetFindings(data, path), ...assignmentFindings(data, path), ...secretFindings(data, path)];
}

export function addressFindings(services: readonly [string, unknown][]): Finding[] {
  const counts = services.flatMap(([name, service]) => {
    const replicas = pick(service, ['replicas']) ?? 1;
    const backups = replicas === 0 ? 0 : (pick(service, ['backups', 'count']) ?? pick(service, ['backups']));
    return Number.isInteger(replicas)
      ? [{ name, replicas: replicas as number, backups: Number.isInteger(backups) ? (backups as number) : 0 }]
      : [];
  });
  const total = counts.reduce((sum, each) => sum + each.replicas + each.backups, 0);
  const [largest] = counts.toSorted((a, b) => b.replicas - a.replicas);
  if (total <= mostInstances || largest === undefined) return [];
  const message = `the services ask for ${total} instances, and there are addresses for ${mostInstances}`;
  return [{ path: ['services', largest.name, 'replicas'], message, hint: 'ask for fewer replicas' }];
}

function targetFindings(data: unknown, path: Path): Finding[] {
  return twice(
    targetsOf(data, path),
    ({ text }) => cleanTarget(text),
    (target) => `two files have the target \`${target}\``,
  );
}

/** `environment` as a list: the schema sees its items one by one. */
function assignmentFindings(data: unknown, path: Path): Finding[] {
  const at: Path = [...path, 'environment'];
  const items = Array.isArray(pick(data, at)) ? texts(data, at).filter(({ text }) => text.includes('=')) : [];
  const bad = items.flatMap((item) => {
    const complaint = variableComplaint(nameOf(item.text));
    return complaint === undefined ? [] : [{ path: item.path, ...complaint }];
  });
  return [
    ...bad,
    ...twice(
      items,
      ({ text }) => nameOf(text),
      (name) => `\`${name}\` is here twice`,
    ),
  ];
}

function secretFindings(data: unknown, path: Path): Finding[] {
  const at: Path = [...path, 'environment'];
  const list = Array.isArray(pick(data, at)) ? texts(data, at).map(({ text }) => nameOf(text)) : [];
  const plain = new Set([...list, ...entries(data, at).map(([name]) => name)]);
  const isVariable = (secret: unknown) => !(isBranch(secret) && 'target' in secret);
  const secrets = entries(data, [...path, 'secrets']).filter(([name, secret]) => plain.has(name) && isVariable(secret));
  return secrets.map(([name]) => ({
    path: [...path, 'secrets', name],
    key: true,
    message: `\`${name}\` is in \`environment\` as well`,
    hint: 'keep it here only: `environment` is no place for secrets',
  }));
}

function twice(
  items: readonly Located[],
  identity: (item: Located) => string,
  message: (identity: string) => string,
): Finding[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const key = identity(item);
    const again = seen.has(key);
    seen.add(key);
    return !again ? [] : [{ path: item.path, message: message(key), hint: 'keep one of them' }];
  });
}
