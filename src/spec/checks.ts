import { balancerFindings } from './check-balancer.ts';
import { healthFindings } from './check-health.ts';
import { loadFindings } from './check-load.ts';
import { machineFindings } from './check-machines.ts';
import { portFindings } from './check-ports.ts';
import { dependencyFindings, programFindings } from './check-programs.ts';
import { routeFindings } from './check-routes.ts';
import { addressFindings, serviceFindings } from './check-services.ts';
import { vagrantFindings } from './check-vagrant.ts';
import { expansionFindings } from './compose.ts';
import { entries, isBranch, pick } from './data.ts';
import type { Finding } from './source.ts';

/** Works on whatever could be read, so that all that is wrong is told at once. */
export function crossChecks(data: unknown): Finding[] {
  const services = entries(data, ['services']);
  return [
    ...machineFindings(data),
    ...vagrantFindings(data),
    ...noServices(data),
    ...services.flatMap(([name]) => serviceFindings(data, ['services', name])),
    ...services.flatMap(([name]) => programFindings(data, ['services', name])),
    ...dependencyFindings(services),
    ...expansionFindings(data),
    ...services.flatMap(([name]) => healthFindings(data, name)),
    ...services.flatMap(([name]) => portFindings(data, name)),
    ...routeFindings(services),
    ...addressFindings(services),
    ...balancerFindings(data),
    ...loadFindings(data),
  ];
}

function noServices(data: unknown): Finding[] {
  const services = pick(data, ['services']);
  const empty = isBranch(services) && !Array.isArray(services) && Object.keys(services).length === 0;
  return empty
    ? [
        {
          path: ['services'],
          message: 'there is no service here',
          hint: 'for example `{web: {packages: [apache2], port: 80}}`',
        },
      ]
    : [];
}
