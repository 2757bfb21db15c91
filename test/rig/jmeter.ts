import { jmeterEngine } from '../../src/adapters/jmeter/engine.ts';
import { findHome } from '../../src/adapters/jmeter/home.ts';
import { installedIn, sourceFor } from '../../src/adapters/jmeter/install.ts';
import { onPath } from '../../src/adapters/jmeter/java.ts';
import type { LoadEngine } from '../../src/load/load-engine.ts';
import { mavenRepository } from './maven.ts';

const cache = '/var/cache/relevo-test';

/** The real JMeter of tests, with little memory. Where it must be fetched and Maven is there, Maven fetches it. */
export function jmeterForTests(): LoadEngine {
  const env: NodeJS.ProcessEnv = { ...process.env, HEAP: '-Xms256m -Xmx512m' };
  if (env['RELEVO_MAVEN'] || findHome(env) !== undefined) return jmeterEngine({ cache, env });
  const local = installedIn(cache, sourceFor({})) === undefined && onPath('mvn', env) !== undefined;
  return jmeterEngine({
    cache,
    env: local ? { ...env, RELEVO_MAVEN: `file://${mavenRepository(`${cache}/maven`)}` } : env,
  });
}
