import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spec } from '../../src/domain/spec.ts';
import { keepalivedConfig, outerInterface, type VrrpMember } from '../../src/render/keepalived.ts';
import { balancerRecipe, balancerRoot } from './balancer-root.ts';

/** keepalived.conf of each balancer of a file with a shared address; `prefixLength`: of the hosts' network, which no file says. */
export function keepalivedConfigs({ balancer }: Spec, prefixLength: number): string[] {
  const { vip, vip6, addresses = ['198.18.7.2', '198.18.7.3', '198.18.7.4', '198.18.7.5'] } = balancer;
  if (vip === undefined || addresses.length < 2) return []; // over SSH refused: adapters/ssh/kind.ts
  const members = addresses.slice(0, 4).map(
    (address, index): VrrpMember => ({
      name: `balancer-${index + 1}`,
      address,
      priority: 200 - 40 * index,
    }),
  );
  return members.map((own) =>
    keepalivedConfig(
      `${vip}/${prefixLength}`,
      own,
      members.filter((each) => each !== own),
      vip6,
    ),
  );
}

/** Router ids are bytes. */
const together = 250;

/** What the keepalived of Debian 12 has against any of them; undefined: nothing. Needs root, for a network of its own. */
export function keepalivedComplaint(configs: readonly string[]): string | undefined {
  for (let done = 0; done < configs.length; done += together) {
    const said = complaint(allOf(configs.slice(done, done + together)));
    if (said !== undefined) return said;
  }
  return undefined;
}

const script = `ip link add ${outerInterface} type veth peer name other
ip link set ${outerInterface} up
exec "$1/lib64/ld-linux-x86-64.so.2" --library-path "$1/usr/lib/x86_64-linux-gnu:$1/lib/x86_64-linux-gnu" "$1/usr/sbin/keepalived" -t -l -f "$2"`;

function complaint(config: string): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-keepalived-'));
  try {
    const file = join(directory, 'keepalived.conf');
    writeFileSync(file, config);
    const argv = ['--net', 'sh', '-ec', script, 'sh', balancerRoot(balancerRecipe().packages), file];
    const { status, stdout, stderr } = spawnSync('unshare', argv, { encoding: 'utf8' });
    const said = `${stdout}${stderr}`.trim();
    return status === 0 && said === '' ? undefined : `exit code ${status}: ${said}`;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Those of many balancers as one's: what is said once for all stands at the beginning. */
function allOf(configs: readonly string[]): string {
  const split = configs.map((config) => config.split(/^(?=vrrp_instance)/m));
  const instances = split.map(([, instance = ''], index) =>
    instance.replace('relevo {', `n${index} {`).replace('virtual_router_id 51', `virtual_router_id ${index + 1}`),
  );
  return [split[0]?.[0], ...instances].join('');
}
