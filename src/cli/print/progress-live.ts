import type { Event } from '../../domain/event.ts';
import { endedSymbol, Failures, finishedLine, joinSpans, noteLine, stepSpans } from './progress-lines.ts';
import type { Progress, ProgressContext } from './progress-types.ts';
import { type Finished, type Running, RunningSteps, type StepEnded, withLastLines } from './running.ts';
import { Screen } from './screen.ts';
import { fitSpans, type Span, seconds, wholeSeconds, widest } from './text.ts';
import { noteText, noticeText } from './words.ts';

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameTime = 100;

/** One line per step under way, redrawn in place; what has ended scrolls by above. */
export function liveProgress(context: ProgressContext): Progress {
  return new LiveProgress(context);
}

class LiveProgress implements Progress {
  readonly #context: ProgressContext;
  readonly #screen: Screen;
  readonly #running = new RunningSteps();
  readonly #failures = new Failures();
  readonly #began: number;
  #machineWidth = 0;
  #total = 0;
  #ended = 0;
  #stopTicks: (() => void) | undefined;
  #closed = false;

  constructor(context: ProgressContext) {
    this.#context = context;
    this.#screen = new Screen(context.output);
    this.#began = context.clock.elapsed();
  }

  event(event: Event): void {
    const { style, clock } = this.#context;
    switch (event.type) {
      case 'plan':
        this.#total = event.steps.length;
        this.#machineWidth = widest(event.steps.map(({ machine }) => machine ?? ''));
        break;
      case 'step-started':
        this.#running.start(event, clock.elapsed());
        if (!this.#closed) this.#stopTicks ??= clock.every(frameTime, () => this.#draw());
        this.#draw();
        break;
      case 'step-progress':
        // Shown by the next tick: a program may print thousands of lines a second.
        this.#running.progress(event.step, event.line);
        break;
      case 'step-succeeded':
      case 'step-failed':
        this.#draw(this.#endedLines(event));
        break;
      case 'note': // others were told before consent was asked for, as the plan is
        if (event.about === 'booting') this.#draw([noteLine(noteText(event), style)]);
        break;
      case 'noticed':
        this.#draw([noteLine(noticeText(event), style)]);
        break;
      case 'finished':
        this.#finish(event);
        break;
      default:
        event satisfies never;
    }
  }

  close(): void {
    this.#closed = true;
    this.#stopTicks?.();
    this.#stopTicks = undefined;
    const left = this.#running.list();
    this.#running.clear();
    if (left.length > 0) this.#screen.draw([], left.map(this.#unfinishedLine, this));
    this.#screen.close();
  }

  #finish(event: Finished): void {
    const { output, style } = this.#context;
    this.close();
    for (const text of [...this.#failures.ofRun(event.failure, style), finishedLine(event, style)]) {
      output.write(`${text}\n`);
    }
  }

  #draw(above: readonly string[] = []): void {
    this.#screen.draw(this.#frame(), above);
  }

  #frame(): string[] {
    if (this.#stopTicks === undefined) return [];
    const steps = this.#running.list();
    const room = Math.max(1, this.#screen.height - 3);
    const lines = steps.slice(0, room).map((step) => this.#runningLine(step));
    return [...lines, this.#footer(steps.length - lines.length)];
  }

  #runningLine(step: Running): string {
    const { style, clock } = this.#context;
    const now = clock.elapsed();
    const turn = Math.floor((now - this.#began) / frameTime) % spinner.length;
    const symbol: Span = { text: spinner[turn] ?? '', paint: style.cyan };
    const spans = stepSpans(symbol, step, wholeSeconds((now - step.since) / 1000), this.#machineWidth, style);
    const last = step.lines.at(-1);
    if (last !== undefined) spans.push({ text: `  ${last}`, paint: style.dim });
    return fitSpans(spans, this.#screen.width);
  }

  #footer(hidden: number): string {
    const { style, clock } = this.#context;
    const more = hidden > 0 ? `${hidden} more running · ` : '';
    const done = this.#total > 0 ? `${this.#ended} of ${this.#total} · ` : '';
    const time = wholeSeconds((clock.elapsed() - this.#began) / 1000);
    return fitSpans([{ text: `  ${more}${done}${time}`, paint: style.dim }], this.#screen.width);
  }

  #endedLines(event: StepEnded): string[] {
    const { style } = this.#context;
    const running = this.#running.end(event.step);
    this.#ended += 1;
    const line = joinSpans(
      stepSpans(endedSymbol(event, style), event, seconds(event.seconds), this.#machineWidth, style),
    );
    if (event.type === 'step-succeeded') return [line];
    return [line, this.#failures.ofStep(withLastLines(event.failure, running), style)];
  }

  #unfinishedLine(step: Running): string {
    const { style, clock } = this.#context;
    const time = seconds((clock.elapsed() - step.since) / 1000);
    const spans = stepSpans({ text: '-', paint: style.yellow }, step, time, this.#machineWidth, style);
    return joinSpans([...spans, { text: '  not finished', paint: style.yellow }]);
  }
}
