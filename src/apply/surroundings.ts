import type { Surroundings } from '../domain/surroundings.ts';
import type { Lxd } from '../ports/lxd.ts';
import { isOwn } from '../render/surroundings.ts';
import type { OnLine } from './context.ts';

const aptFile = '/etc/apt/apt.conf.d/90relevo-build';
const authority = (index: number) => `/usr/local/share/ca-certificates/relevo-build-${index}.crt`;
const bundle = '/etc/ssl/certs/ca-certificates.crt';

/** What programs in the build container are to know; a proxy on the host's own loopback is none of theirs. */
export function environmentOf({ environment, authorities }: Surroundings): Record<string, string> {
  const proxies = Object.entries(environment).filter(([, value]) => !isOwn(value));
  const both = proxies.flatMap(([name, value]) => [name, name.toUpperCase()].map((each) => [each, value] as const));
  const trust = authorities.length === 0 ? [] : ['NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'REQUESTS_CA_BUNDLE'];
  return Object.fromEntries([...both, ...trust.map((name) => [name, bundle] as const)]);
}

/** For as long as it is built: nothing of it stays in the image. */
export async function lend(lxd: Lxd, name: string, around: Surroundings, onLine: OnLine): Promise<void> {
  const own = Object.values(around.environment).filter(isOwn);
  if (own.length > 0)
    onLine(`not used, since containers don't reach it: the proxy ${own[0]} of its host's own loopback`);
  const apt = around.apt.filter((line) => !isOwn(/"(.*)"/.exec(line)?.[1] ?? ''));
  if (apt.length > 0) await lxd.instances.pushFile(name, aptFile, `${apt.join('\n')}\n`, { mode: 0o644 });
  for (const [index, pem] of around.authorities.entries())
    await lxd.instances.pushFile(name, authority(index), `${pem}\n`, { mode: 0o644 });
  if (around.authorities.length > 0) await lxd.instances.exec(name, ['update-ca-certificates']);
}

export async function takeBack(lxd: Lxd, name: string, { apt, authorities }: Surroundings): Promise<void> {
  if (apt.length === 0 && authorities.length === 0) return;
  await lxd.instances.exec(name, ['rm', '-f', aptFile, ...authorities.map((_, index) => authority(index))]);
  if (authorities.length > 0) await lxd.instances.exec(name, ['update-ca-certificates', '--fresh']);
}
