import type { ExpectationResult, GeneratorFigures, LoadFigures, LoadVerdict, PlanFinding } from '../../domain/load.ts';
import type { Threshold } from '../../domain/spec.ts';
import type { Spell } from './spell.ts';
import type { Totals } from './totals.ts';

/** Where nobody said how many errors may be: a run whose samples failed must not look like a good one, however fast it was. */
const byDefault: Threshold = { text: 'errors == 0', figure: 'errors', is: '==', value: 0 };

const ofErrors: ReadonlySet<Threshold['figure']> = new Set(['errors', 'error%']);
/** How much was done; the rest is how quickly. */
const ofAmount: ReadonlySet<Threshold['figure']> = new Set(['samples', 'rate']);

/** Below so many samples, a percentile is one of the greatest of them, and no percentile. */
const fewest: Partial<Readonly<Record<Threshold['figure'], number>>> = { p90: 10, p95: 20, p99: 100, 'p99.9': 1000 };

export interface Judged {
  readonly expectations: readonly ExpectationResult[];
  readonly verdict: LoadVerdict;
}

export interface ToJudge {
  readonly total: LoadFigures;
  readonly labels: readonly LoadFigures[];
  readonly generator?: GeneratorFigures;
  readonly findings: readonly PlanFinding[];
}

/**
 * Void, whatever was measured: nothing was; the generator was the bottleneck, so that times tell of it instead of the site; or
 * parts of the plan were left out. What was expected and is not so: a failure; errors are one beside a bottleneck too. Else void
 * where there are too few samples for what was asked, or fewer requests than the plan wants were made, or where the generator
 * may be why: at its limit, why too little was done; if answers waited in it, why it took too long, so that less was done as well.
 */
export function judge(result: ToJudge, expect: readonly Threshold[]): Judged {
  const asked = expect.some(({ figure }) => ofErrors.has(figure)) ? expect : [...expect, byDefault];
  const judged = asked.map((threshold) => judgeOne(threshold, result));
  const expectations = judged.map(({ expectation }, index) => ({
    ...expectation,
    ...(asked[index] === byDefault && { byDefault: true as const }),
  }));
  const nothing = voids(result);
  const broken = judged.filter(({ expectation: { holds }, tooFew }) => !holds && tooFew === undefined);
  const excuses = ({ figure }: JudgedOne) => excusesOf(figure, result.generator);
  const excused = broken.filter(
    (each) => !ofErrors.has(each.figure) && (nothing.length > 0 || excuses(each).length > 0),
  );
  const failed = broken.filter((each) => !excused.includes(each)).map(whyNot);
  if (nothing.length > 0 && failed.length === 0) return { expectations, verdict: { is: 'void', why: nothing } };
  if (failed.length > 0) return { expectations, verdict: { is: 'fail', why: failed } };
  const doubts = [
    ...judged.flatMap(({ tooFew }) => tooFew ?? []),
    ...droppedStarts(result.generator),
    ...new Set(excused.flatMap(excuses)),
    ...excused.map(whyNot),
  ];
  if (doubts.length > 0) return { expectations, verdict: { is: 'void', why: doubts } };
  return { expectations, verdict: { is: 'pass' } };
}

/** Why what was measured may be the generator's doing. */
function excusesOf(figure: Threshold['figure'], { limit, delay }: Blame = {}): string[] {
  return [ofAmount.has(figure) ? limit : undefined, delay].flatMap((text) => text ?? []);
}

function whyNot({ expectation: { text, measured } }: JudgedOne): string {
  return `${text}: it was ${measured}`;
}

function voids({ total, generator, findings }: ToJudge): string[] {
  const left = findings.filter(({ kind }) => kind === 'unsupported').length;
  return [
    ...(total.samples === 0 ? ['there was no sample'] : []),
    ...(generator?.bottleneck === undefined ? [] : [generator.bottleneck]),
    ...(left === 0
      ? []
      : [`${left === 1 ? 'a part' : `${left} parts`} of the plan ${left === 1 ? 'was' : 'were'} left out`]),
  ];
}

/** The site may be slow, or too few users allowed: in any case it had less to do than was wanted, which proves nothing good. */
function droppedStarts({ dropped }: Pick<GeneratorFigures, 'dropped'> = { dropped: 0 }): string[] {
  if (dropped === 0) return [];
  return [`${dropped === 1 ? 'a request was' : `${dropped} requests were`} not made, since all users were at work`];
}

interface JudgedOne {
  readonly figure: Threshold['figure'];
  readonly expectation: ExpectationResult;
  readonly tooFew?: string;
}

function judgeOne(threshold: Threshold, { total, labels }: ToJudge): JudgedOne {
  const { text, figure, label, is, value } = threshold;
  const figures = label === undefined ? total : labels.find(({ name }) => name === label);
  if (figures === undefined) {
    const tooFew = `${text}: no sample is called ${label}`;
    return { figure, expectation: { text, holds: false, measured: 'no sample' }, tooFew };
  }
  const found = figureOf(figure, figures);
  const holds = comparisons[is](found, value);
  const needed = fewest[figure] ?? (figure === 'samples' ? 0 : 1);
  const measured =
    figures.samples < needed && figures.samples === 0 ? 'no sample' : measuredText(figure, found, figures);
  const expectation = { text, holds, measured };
  if (figures.samples >= needed) return { figure, expectation };
  const count = figures.samples === 1 ? '1 sample is' : `${figures.samples} samples are`;
  return {
    figure,
    expectation: { ...expectation, holds: false },
    tooFew: `${text}: ${count} too few, it takes ${needed}`,
  };
}

const comparisons: Readonly<Record<Threshold['is'], (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '>=': (a, b) => a >= b,
  '>': (a, b) => a > b,
};

/** Times are response times where these are known: what a user waits who comes on time, whenever the request could be sent. */
function figureOf(figure: Threshold['figure'], figures: LoadFigures): number {
  const times = figures.response ?? figures.service;
  switch (figure) {
    case 'samples':
      return figures.samples;
    case 'errors':
      return figures.failed + figures.unknown;
    case 'error%':
      return figures.errorPercent;
    case 'rate':
      return figures.rate;
    case 'apdex':
      return figures.apdex;
    case 'p99.9':
      return times.p999;
    default:
      return times[figure];
  }
}

function measuredText(figure: Threshold['figure'], value: number, { response }: LoadFigures): string {
  switch (figure) {
    case 'samples':
    case 'errors':
      return String(value);
    case 'error%':
      return `${plain(value)}%`;
    case 'rate':
      return `${plain(value)}/s`;
    case 'apdex':
      return plain(value);
    default:
      return `${plain(value)} ms${response === undefined ? '' : ' from the intended start'}`;
  }
}

/** Four digits: one more than a histogram is sure of, to tell a value from a threshold close by. */
const plain = (value: number): string => String(value < 1000 ? Number(value.toPrecision(4)) : Math.round(value));

/** So many late starts are chance: the first moments of a run, or a machine that looked away once. */
const fewLate = 10;
/** A delta is told each second or so. */
const severalSeconds = 3;
/** Of a run: what is shorter has little influence on its figures. */
const longPart = 0.1;
const busyAndLate = 0.01;
/** So many late starts are no matter of the CPU that this process had: others on the machine took it. */
const lateAnyway = 0.1;

export type Blame = Pick<GeneratorFigures, 'bottleneck' | 'limit' | 'delay'>;

/**
 * What the generator has to do with the figures. A bottleneck: what it sent is not what the plan wants, or it came late, or answers
 * waited in it, so that times tell of it instead of the site. A limit: it was as busy as it could be, as with users who never pause
 * before a site that is quick; the site did that at least. A delay: answers waited in it less, and the site was quicker than times
 * tell. Where nobody sees whether anything came late or waited, as of JMeter (`seesWaiting`), it may have, so that a limit is a
 * bottleneck.
 */
export function blameOf(
  { late, saturation, delay, lag, seconds }: Pick<Totals, 'late' | 'saturation' | 'delay' | 'lag' | 'seconds'>,
  samples: number,
  seesWaiting = true,
): Blame {
  const part = samples === 0 || late < fewLate ? 0 : late / samples;
  const percent = `${plain(100 * part)} % of the requests began late`;
  const isLong = ({ longest, all }: Spell) => longest >= severalSeconds && all >= longPart * seconds;
  const bottleneck = (why: string): Blame => ({ bottleneck: `the generator was the bottleneck: ${why}` });
  if (part >= lateAnyway) return bottleneck(percent);
  if (part >= busyAndLate && saturation.longest >= severalSeconds)
    return bottleneck(`its CPU was used up for ${saturation.longest} seconds, and ${percent}`);
  const waited = ({ all }: Spell, least: number) =>
    `for ${all} of ${seconds} seconds answers waited in it for more than ${least} ms, and more than a fifth of their time`;
  if (isLong(lag)) return bottleneck(waited(lag, 25));
  const delayed = `the generator delayed answers: ${waited(delay, 10)}, so the site may answer faster than was measured`;
  const slow = isLong(delay) ? { delay: delayed } : {};
  if (!isLong(saturation)) return slow;
  const used = `its CPU was used up for ${saturation.all} of ${seconds} seconds`;
  if (!seesWaiting) return bottleneck(used);
  const limit = `the generator was the bottleneck of the rate: ${used}`;
  return { limit: `${limit}, so the site may do more than was measured`, ...slow };
}
