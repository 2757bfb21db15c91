import { balancerRecipe, balancerRoot } from './balancer-root.ts';
import { haproxyArgv, haproxyVersions } from './haproxy-versions.ts';

/** What comes from Debian's mirror, before any test: no test's limit counts it, and no two workers fetch it at once. */
export default function setup(): void {
  for (const version of haproxyVersions) haproxyArgv(version);
  balancerRoot(balancerRecipe().packages);
}
