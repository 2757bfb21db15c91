import type { Lxd } from '../ports/lxd.ts';
import { outerInterface } from '../render/keepalived.ts';

/** Whether the balancer holds the shared address now: it is then the second one on its outer interface. */
export async function holdsAddress(lxd: Lxd, balancer: string): Promise<boolean> {
  const argv = ['ip', '-4', '-o', 'address', 'show', 'dev', outerInterface];
  const { code, stdout } = await lxd.instances.exec(balancer, argv, { timeout: 5, onlyLooks: true });
  return code === 0 && stdout.trim().split('\n').length > 1;
}
