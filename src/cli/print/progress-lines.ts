import type { Note } from '../../domain/event.ts';
import type { Failure } from '../../domain/failure.ts';
import { renderFailure, renderStepFailure } from './failure.ts';
import type { Finished, Running, StepEnded, StepStarted } from './running.ts';
import { titleOf } from './steps.ts';
import type { Style } from './style.ts';
import { clean, count, pad, type Span, seconds } from './text.ts';
import { noteText } from './words.ts';

/** Wide enough for `59.9s` and `12m05s`. */
const timeWidth = 6;

/** `✓ virtualMachine1    3.2s  join the cluster`: the columns that every line about a step shares. */
export function stepSpans(
  symbol: Span,
  step: Pick<Running, 'machine' | 'title'> | StepStarted | StepEnded,
  time: string,
  machineWidth: number,
  style: Style,
): Span[] {
  const machine: Span[] =
    machineWidth === 0 ? [] : [{ text: `${pad(step.machine ?? '·', machineWidth)} `, paint: style.cyan }];
  return [
    symbol,
    { text: ' ' },
    ...machine,
    { text: pad(time, timeWidth, 'right'), paint: style.dim },
    { text: `  ${clean('title' in step ? step.title : titleOf(step))}` },
  ];
}

export function endedSymbol({ type }: StepEnded, style: Style): Span {
  return type === 'step-succeeded' ? { text: '✓', paint: style.green } : { text: '✗', paint: style.red };
}

export function joinSpans(spans: readonly Span[]): string {
  return spans.map(({ text, paint }) => (paint ? paint(text) : text)).join('');
}

/** A paragraph of all of them; none where there are none. */
export function noteBlock(notes: readonly Note[], style: Style): string[] {
  return notes.length === 0 ? [] : [notes.map((note) => noteLine(noteText(note), style)).join('\n')];
}

export function noteLine(message: string, style: Style): string {
  return `${style.yellow('!')} ${clean(message)}`;
}

/** Prints each failure once, however many events carry it: a step's failure comes again when the run finishes. */
export class Failures {
  readonly #shown = new Set<string>();

  ofStep(failure: Failure, style: Style): string {
    this.#shown.add(key(failure));
    return renderStepFailure(failure, style);
  }

  ofRun(failure: Failure | undefined, style: Style): string[] {
    return failure && !this.#shown.has(key(failure)) ? [renderFailure(failure, style)] : [];
  }
}

const key = ({ code, message }: Failure): string => `${code} ${message}`;

export function finishedLine({ ok, changed, seconds: took, url }: Finished, style: Style): string {
  const address = url === undefined ? '' : `  ${style.cyan(url)}`;
  if (!ok) return `${style.red('Failed')} ${style.dim(`after ${seconds(took)}, ${count(changed, 'step')} done`)}`;
  if (changed === 0) return `${style.green('Up to date')}${address}`;
  return `${style.green('Done')} ${style.dim(`${count(changed, 'step')} in ${seconds(took)}`)}${address}`;
}
