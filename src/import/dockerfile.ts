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
  /** COPY, ADD and RUN of all stages, one line each. */
  readonly steps: readonly string[];
}

/** Source: https://docs.docker.com/reference/dockerfile/ */
export function readDockerfile(text: string): Dockerfile {
  const instructions = instructionsOf(text);
  const stages = instructions.filter(([name]) => name === 'FROM').map(([, rest]) => stageOf(rest));
  const last = instructions.findLastIndex(([name]) => name === 'FROM');
  const own = instructions.slice(last + 1);
  const lastOf = (name: string) => own.findLast((each) => each[0] === name)?.[1];
  const port = /^\d+/.exec(lastOf('EXPOSE') ?? '')?.[0];
  return {
    from: baseOf(stages, stages.length - 1),
    port: port === undefined ? undefined : Number(port),
    workdir: lastOf('WORKDIR'),
    user: lastOf('USER')?.split(':')[0],
    environment: Object.fromEntries(own.filter(([name]) => name === 'ENV').flatMap(([, rest]) => variablesOf(rest))),
    entrypoint: commandOf(lastOf('ENTRYPOINT')),
    command: commandOf(lastOf('CMD')),
    steps: instructions.filter(([name]) => /^(COPY|ADD|RUN)$/.test(name)).map((each) => each.join(' ')),
  };
}

function instructionsOf(text: string): [name: string, rest: string][] {
  const joined = text.replace(/^\s*#.*\n?/gm, '').replace(/\\\r?\n\s*/g, '');
  return joined.split('\n').flatMap((line) => {
    const match = /^\s*([A-Za-z]+)\s+(.*)$/.exec(line.trim());
    return match === null ? [] : [[(match[1] ?? '').toUpperCase(), (match[2] ?? '').replace(/\s+/g, ' ').trim()]];
  });
}

function stageOf(rest: string): { image: string; name: string | undefined } {
  const [image = '', as, name] = rest.replace(/^--\S+\s+/, '').split(' ');
  return { image, name: as?.toLowerCase() === 'as' ? name : undefined };
}

/** A stage may stand on an earlier one. */
function baseOf(stages: readonly { image: string; name: string | undefined }[], index: number): string | undefined {
  const image = stages[index]?.image;
  const earlier = stages.slice(0, Math.max(0, index)).findLastIndex(({ name }) => name !== undefined && name === image);
  return earlier === -1 ? image : baseOf(stages, earlier);
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
