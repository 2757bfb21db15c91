import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import { type Environment, onPath } from './java.ts';
import { unzip } from './unzip.ts';

/** A directory with a JMeter, `bin/ApacheJMeter.jar` in it. */
export interface JmeterHome {
  readonly directory: string;
  /** `5.6.3` */
  readonly version: string;
}

/** Older ones load no plans of today, or save other columns. */
const oldest = 5;

const hint =
  'set JMETER_HOME to the directory of JMeter 5 or newer, or let Relevo fetch one: unset it, and have no `jmeter` on PATH';

/** JMETER_HOME, or where the `jmeter` on PATH lies; undefined where there is none of them. Throws `host-lacks` where it is unfit. */
export function findHome(env: Environment): JmeterHome | undefined {
  const { JMETER_HOME: told } = env;
  if (told) return homeIn(told, [told], `JMETER_HOME is ${told}`);
  const script = onPath('jmeter', env);
  if (script === undefined) return undefined;
  const above = dirname(dirname(realpathSync(script)));
  return homeIn(above, [above, join(above, 'libexec'), join(above, 'share', 'jmeter')], `${script} is on PATH`);
}

function homeIn(named: string, candidates: readonly string[], why: string): JmeterHome {
  const directory = candidates.find((each) => existsSync(join(each, 'bin', 'ApacheJMeter.jar')));
  if (directory === undefined)
    throw new RelevoError({
      code: 'host-lacks',
      message: `${why}, but there is no bin/ApacheJMeter.jar in ${named}`,
      hint,
    });
  const version = versionOf(directory);
  if (Number.parseInt(version, 10) >= oldest) return { directory, version };
  throw new RelevoError({
    code: 'host-lacks',
    message: `${why}, but that JMeter is ${version}; it takes ${oldest} or newer`,
    hint,
  });
}

/** As its own jar says it. */
function versionOf(directory: string): string {
  const jar = readFileSync(join(directory, 'bin', 'ApacheJMeter.jar'));
  const manifest = unzip(jar, (name) => name === 'META-INF/MANIFEST.MF')
    .values()
    .next().value;
  return /^Implementation-Version: *(\S+)/m.exec(manifest?.toString() ?? '')?.[1] ?? 'of an unknown version';
}
