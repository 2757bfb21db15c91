import { interpolate, type Variables } from './interpolate.ts';
import { listOf, words } from './read.ts';

/** What a Dockerfile's last stage says about the running program, and the steps that somebody must write anew. */
export interface Dockerfile {
  readonly from: string | undefined;
  readonly port: number | undefined;
  readonly workdir: string | undefined;
  readonly user: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** What makes the image, of all stages, one line each; and what else of it has no key here. */
  readonly steps: readonly string[];
}

type Instruction = readonly [name: string, rest: string];

interface Stage {
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

/** What Compose's `build` says to it. */
export interface Build {
  /** The stage that is built; the last one unless said. */
  readonly target?: string | undefined;
  readonly args?: Variables;
}

/** Source: https://docs.docker.com/reference/dockerfile/ */
export function readDockerfile(text: string, { target, args = {} }: Build = {}): Dockerfile {
  const instructions = instructionsOf(text);
  const before = instructions.slice(
    0,
    instructions.findIndex(([name]) => name === 'FROM'),
  );
  const globals = Object.assign({}, ...before.map(([, rest]) => argumentOf(rest, args, {})));
  const stages = stagesOf(instructions, globals);
  const named = stages.findIndex(({ name }) => name !== undefined && name === target);
  const chain = chainOf(stages, named === -1 ? stages.length - 1 : named);
  const { own, environment } = filledIn(
    chain.flatMap((stage) => stage.instructions),
    args,
    globals,
  );
  const lastOf = (name: string) => own.findLast((each) => each[0] === name)?.[1];
  const port = /^\d+/.exec(lastOf('EXPOSE') ?? '')?.[0];
  return {
    from: chain[0]?.image,
    port: port === undefined ? undefined : Number(port),
    workdir: lastOf('WORKDIR'),
    user: lastOf('USER'),
    environment,
    entrypoint: commandOf(lastOf('ENTRYPOINT')),
    command: commandOf(lastOf('CMD')),
    steps: instructions
      .filter(([name]) => /^(COPY|ADD|RUN|HEALTHCHECK|SHELL|STOPSIGNAL|VOLUME)$/.test(name))
      .map((each) => each.join(' ')),
  };
}

function instructionsOf(text: string): Instruction[] {
  const joined = text.replace(/^\s*#.*\n?/gm, '').replace(/\\\r?\n\s*/g, '');
  return joined.split('\n').flatMap((line) => {
    const match = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line.trim());
    return match === null ? [] : [[(match[1] ?? '').toUpperCase(), (match[2] ?? '').replace(/\s+/g, ' ').trim()]];
  });
}

function stagesOf(instructions: readonly Instruction[], globals: Variables): Stage[] {
  const starts = instructions.flatMap(([name], index) => (name === 'FROM' ? [index] : []));
  return starts.map((start, index) => {
    const line = interpolate(instructions[start]?.[1] ?? '', globals).text;
    const [image = '', as, name] = line.replace(/^--\S+\s+/, '').split(' ');
    const called = as?.toLowerCase() === 'as' ? name : undefined;
    return { image, name: called, instructions: instructions.slice(start + 1, starts[index + 1]) };
  });
}

/** A stage, after those that it stands on. */
function chainOf(stages: readonly Stage[], index: number): Stage[] {
  const stage = stages[index];
  if (stage === undefined) return [];
  const earlier = stages.slice(0, index).findLastIndex(({ name }) => name !== undefined && name === stage.image);
  return [...(earlier === -1 ? [] : chainOf(stages, earlier)), stage];
}

/** With the values of ARG and ENV in the place of `$NAME`; what only the base image knows is left as it is. */
function filledIn(
  instructions: readonly Instruction[],
  args: Variables,
  globals: Variables,
): { own: Instruction[]; environment: Record<string, string> } {
  const known: Record<string, string> = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  const environment: Record<string, string> = {};
  const filled = (text: string) => {
    const { text: whole, missing } = interpolate(text, known);
    return missing.length > 0 ? text : whole;
  };
  const own = instructions.map(([name, rest]): Instruction => {
    if (name === 'ENV') {
      const values = variablesOf(rest).map(([variable, value]) => [variable, filled(value)] as const);
      Object.assign(environment, Object.fromEntries(values));
      Object.assign(known, environment);
    } else if (name === 'ARG') Object.assign(known, argumentOf(filled(rest), args, globals));
    return [name, /^(EXPOSE|USER|WORKDIR)$/.test(name) ? filled(rest) : rest];
  });
  return { own, environment };
}

/** Without a default and a value nothing is known of it. */
function argumentOf(rest: string, args: Variables, globals: Variables): Variables {
  const [name = '', preset] = words(rest)[0]?.split(/=(.*)/s) ?? [];
  const value = args[name] ?? preset ?? globals[name];
  return value === undefined ? {} : { [name]: value };
}

function variablesOf(rest: string): [string, string][] {
  if (!rest.includes('=')) return [[rest.split(' ')[0] ?? '', rest.split(' ').slice(1).join(' ')]];
  return words(rest).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]);
}

/** The list form as it is; a line is run by a shell. */
function commandOf(rest: string | undefined): string[] {
  if (rest === undefined) return [];
  if (!rest.startsWith('[')) return ['sh', '-c', rest];
  try {
    return listOf(JSON.parse(rest));
  } catch {
    return ['sh', '-c', rest]; // Docker takes a list that is no JSON for a line as well
  }
}
