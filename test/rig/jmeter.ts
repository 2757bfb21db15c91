import { jmeterEngine } from '../../src/adapters/jmeter/engine.ts';
import { findHome, type JmeterHome } from '../../src/adapters/jmeter/home.ts';
import { install, installedIn, sourceFor } from '../../src/adapters/jmeter/install.ts';
import { type Environment, onPath } from '../../src/adapters/jmeter/java.ts';
import type { LoadEngine } from '../../src/load/load-engine.ts';
import { mavenRepository } from './maven.ts';

const cache = '/var/cache/relevo-test';

/** With little memory. Where JMeter must be fetched and Maven is there, Maven fetches it. */
function environment(): Environment {
  const env: Environment = { ...process.env, HEAP: '-Xms256m -Xmx512m' };
  if (env['RELEVO_MAVEN'] || findHome(env) !== undefined) return env;
  const byMaven = installedIn(cache, sourceFor({})) === undefined && onPath('mvn', env) !== undefined;
  return byMaven ? { ...env, RELEVO_MAVEN: `file://${mavenRepository(`${cache}/maven`)}` } : env;
}

/** The real JMeter. */
export function jmeterForTests(): LoadEngine {
  return jmeterEngine({ cache, env: environment() });
}

/** Where it lies. */
export async function jmeterHomeForTests(): Promise<JmeterHome> {
  const env = environment();
  const source = sourceFor(env);
  const never = new AbortController().signal;
  return findHome(env) ?? installedIn(cache, source) ?? (await install(cache, source, env, never));
}
