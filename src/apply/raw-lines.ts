import type { Desired } from '../domain/desired.ts';
import { RelevoError } from '../domain/failure.ts';
import type { Spec } from '../domain/spec.ts';
import type { System } from '../ports/system.ts';
import { complaintLines, withoutFiles } from '../render/haproxy-said.ts';

/** Of the distributions' packages. */
const versions: Readonly<Record<string, string>> = {
  'debian/11': '2.2',
  'debian/12': '2.6',
  'debian/13': '3.0',
  'ubuntu/22.04': '2.4',
  'ubuntu/24.04': '2.8',
};

/**
 * Throws where HAProxy refuses the file's raw lines. Asked is the one of this host, if it is of the balancers' version: what
 * another one says would not count, and without one the balancers say it when they are told.
 */
export async function checkRawLines(
  { services, balancer }: Spec,
  desired: Desired,
  system: Pick<System, 'run'>,
): Promise<void> {
  const raw = [...Object.values(balancer.haproxy), ...services.map(({ haproxy }) => haproxy)].flat();
  const text = desired.balancers[0]?.final.text;
  if (raw.length === 0 || text === undefined || (await versionHere(system)) !== versions[balancer.image]) return;
  const asked = withoutFiles(text);
  const { code, stderr } = await system.run(['haproxy', '-c', '-f', '/dev/stdin'], { stdin: asked, timeout: 10 });
  if (code === 0) return;
  throw new RelevoError({
    code: 'invalid-file',
    message: 'HAProxy refuses its configuration: a raw line under `haproxy:` is not right',
    hint: 'the lines are listed below; docs/haproxy.md has those that Relevo writes',
    evidence: { title: 'haproxy -c', lines: complaintLines(stderr, asked) },
  });
}

/** `2.6`; undefined where there is none. */
async function versionHere(system: Pick<System, 'run'>): Promise<string | undefined> {
  const said = await system.run(['haproxy', '-v'], { timeout: 10 }).catch((error) => {
    if (error instanceof RelevoError && error.failure.code === 'host-lacks') return undefined;
    throw error;
  });
  return /^HA-?Proxy version (\d+\.\d+)/m.exec(said?.stdout ?? '')?.[1];
}
