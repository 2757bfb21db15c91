import { entries, type Located, texts } from './data.ts';
import { didYouMean } from './nearest.ts';
import type { Finding, Path } from './source.ts';

const hostsPath: Path = ['machines', 'hosts'];

/** Machine names are host names: case does not tell two apart. */
export function machineFindings(data: unknown): Finding[] {
  const hosts = hostNames(data);
  const places: Path[] = [
    ...entries(data, ['services']).map(([name]): Path => ['services', name, 'place']),
    ['balancer', 'place'],
  ];
  return [
    ...repeated(hosts, 'the machine'),
    ...repeatedAddresses(data),
    ...places.flatMap((path) => placeFindings(texts(data, path), hosts)),
  ];
}

/** Of a list, or of a map. */
export function hostNames(data: unknown): Located[] {
  const named = entries(data, hostsPath).map(([text]) => ({ text, path: [...hostsPath, text] }));
  return [...texts(data, hostsPath), ...named];
}

/** Nobody may have another one's address. */
function repeatedAddresses(data: unknown): Finding[] {
  const hosts = entries(data, hostsPath).flatMap(([name, host]) =>
    typeof host === 'string' ? texts(data, [...hostsPath, name]) : texts(data, [...hostsPath, name, 'address']),
  );
  const all = [...hosts, ...texts(data, ['balancer', 'vip']), ...texts(data, ['balancer', 'addresses'])];
  return all.flatMap(({ text, path }, index) => {
    const first = all.slice(0, index).find((each) => each.text === text);
    if (first === undefined) return [];
    const message = `${text} is the address of \`${first.path.join('.')}\` already`;
    return [{ path, message, hint: 'each of them needs another one' }];
  });
}

function placeFindings(place: readonly Located[], hosts: readonly Located[]): Finding[] {
  const known = hosts.map((host) => host.text);
  const unknown = place.filter(({ text }) => known.length > 0 && !known.includes(text));
  return [
    ...repeated(place, 'the machine'),
    ...unknown.map(({ text, path }) => ({
      path,
      message: `there is no machine \`${text}\``,
      hint: [didYouMean(text, known), `the machines are ${known.join(', ')}`].filter(Boolean).join(' '),
    })),
  ];
}

function repeated(items: readonly Located[], what: string): Finding[] {
  const seen = new Map<string, string>();
  return items.flatMap(({ text, path }) => {
    const folded = text.toLowerCase();
    const first = seen.get(folded);
    if (first === undefined) seen.set(folded, text);
    if (first === undefined) return [];
    const message =
      first === text ? `${what} \`${text}\` is here twice` : `${what} \`${text}\` is here already, as \`${first}\``;
    return [
      {
        path,
        message,
        hint: first === text ? 'keep one of them' : 'upper and lower case do not tell two machines apart',
      },
    ];
  });
}
