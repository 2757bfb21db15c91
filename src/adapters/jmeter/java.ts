import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Oldest that JMeter 5.6 runs on. */
const oldest = 8;

const hint =
  'install Java 8 or newer (Debian: `apt install default-jre-headless`), or run it without `--engine jmeter`';

export interface Java {
  readonly program: string;
  /** 8, 17, … */
  readonly version: number;
}

/** JAVA_HOME's, or the one on PATH. Throws `host-lacks` where there is none, or one that is too old. */
export function findJava(env: Environment): Java {
  const { JAVA_HOME: home } = env;
  const program = home ? join(home, 'bin', 'java') : onPath('java', env);
  if (program === undefined || !isProgram(program)) {
    const message = home ? `JAVA_HOME has no Java: ${home}` : 'JMeter needs Java, which is not installed';
    throw new RelevoError({ code: 'host-lacks', message, hint });
  }
  const { stderr, stdout } = spawnSync(program, ['-version'], { encoding: 'utf8', timeout: 20_000 });
  const version = versionIn(`${stderr}${stdout}`);
  if (version === undefined) {
    const evidence = { title: `${program} -version`, lines: `${stderr}${stdout}`.trim().split('\n').slice(0, 5) };
    throw new RelevoError({ code: 'host-lacks', message: `${program} does not tell its version`, hint, evidence });
  }
  if (version >= oldest) return { program, version };
  throw new RelevoError({
    code: 'host-lacks',
    message: `JMeter needs Java ${oldest} or newer; ${program} is ${version}`,
    hint,
  });
}

/** `1.8.0_392` is 8. */
export function versionIn(said: string): number | undefined {
  const found = /version "(?:1\.)?(\d+)/.exec(said)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Where a program is that the shell would run. */
export function onPath(program: string, { PATH = '' }: Environment): string | undefined {
  return PATH.split(':')
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, program))
    .find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent, or nobody may run it: then there is none
  }
}

/** What `bin/jmeter` gives the JVM: modules that XStream looks into, and heap and collector unless people chose theirs. */
export function jvmArguments({ version }: Java, env: Environment): string[] {
  return [
    ...(version > 8 ? opened.flatMap((each) => ['--add-opens', `${each}=ALL-UNNAMED`]) : []),
    ...words(env['HEAP'] ?? '-Xms1g -Xmx1g -XX:MaxMetaspaceSize=256m'),
    ...words(env['GC_ALGO'] ?? '-XX:+UseG1GC -XX:MaxGCPauseMillis=100 -XX:G1ReservePercent=20'),
    ...['-Djava.awt.headless=true', '-Djava.security.egd=file:/dev/urandom', '-Duser.language=en', '-Duser.region=EN'],
    ...words(env['JVM_ARGS'] ?? ''),
  ];
}

const opened = ['lang', 'lang.invoke', 'lang.reflect', 'util', 'text'].map((each) => `java.base/java.${each}`);

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
