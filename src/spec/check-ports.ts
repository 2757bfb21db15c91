import { mostFurtherPorts } from '../domain/further-ports.ts';
import { agentPort } from '../domain/network.ts';
import { pick } from './data.ts';
import type { Finding, Path } from './source.ts';

/** Of the ports that a service's routes have of their own. */
export function portFindings(data: unknown, service: string): Finding[] {
  const at: Path = ['services', service];
  const own = pick(data, [...at, 'port']);
  const algorithm = pick(data, [...at, 'algorithm']) ?? pick(data, ['balancer', 'algorithm']);
  const seen = new Set<unknown>();
  return routePaths(data, [...at, 'route']).flatMap((route): Finding[] => {
    const path = [...route, 'port'];
    const port = pick(data, path);
    if (typeof port !== 'number' || port === own || seen.has(port)) return [];
    seen.add(port);
    if (seen.size === mostFurtherPorts + 1) {
      const message = `\`${service}\` would have ${seen.size} ports beside its own, and ${mostFurtherPorts} is the most`;
      return [{ path, message, hint: 'make a service of its own of one of them' }];
    }
    if (port !== agentPort || algorithm !== 'resource') return [];
    const message = `port ${agentPort} is the one where the load agent of \`algorithm: resource\` answers`;
    return [{ path, message, hint: 'choose another port, or another algorithm' }];
  });
}

function routePaths(data: unknown, at: Path): Path[] {
  const given = pick(data, at);
  return Array.isArray(given) ? given.map((_, index) => [...at, index]) : [at];
}
