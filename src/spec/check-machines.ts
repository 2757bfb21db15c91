import { entries, type Located, texts } from './data.ts';
import { didYouMean } from './nearest.ts';
import type { Finding, Path } from './source.ts';

const hostsPath: Path = ['machines', 'hosts'];

/** Machine names are host names: case does not tell two apart. */
export function machineFindings(data: unknown): Finding[] {
  const hosts = texts(data, hostsPath);
  const places: Path[] = [
    ...entries(data, ['services']).map(([name]): Path => ['services', name, 'place']),
    ['balancer', 'place'],
  ];
  return [...repeated(hosts, 'the machine'), ...places.flatMap((path) => placeFindings(texts(data, path), hosts))];
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
