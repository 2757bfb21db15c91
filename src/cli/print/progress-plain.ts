import type { Event } from '../../domain/event.ts';
import { endedSymbol, Failures, finishedLine, joinSpans, noteLine, stepSpans } from './progress-lines.ts';
import type { Progress, ProgressContext } from './progress-types.ts';
import { RunningSteps, type StepEnded, withLastLines } from './running.ts';
import { seconds, widest } from './text.ts';
import { noteText, noticeText } from './words.ts';

/** One line when a step starts and one when it ends, for logs and pipes. */
export function plainProgress(context: ProgressContext): Progress {
  return new PlainProgress(context);
}

class PlainProgress implements Progress {
  readonly #context: ProgressContext;
  readonly #running = new RunningSteps();
  readonly #failures = new Failures();
  #machineWidth = 0;

  constructor(context: ProgressContext) {
    this.#context = context;
  }

  event(event: Event): void {
    const { style } = this.#context;
    switch (event.type) {
      case 'plan':
        this.#machineWidth = widest(event.steps.map(({ machine }) => machine ?? ''));
        break;
      case 'step-started':
        this.#running.start(event, this.#context.clock.elapsed());
        this.#line(joinSpans(stepSpans({ text: '…', paint: style.dim }, event, '', this.#machineWidth, style)));
        break;
      case 'step-progress':
        this.#running.progress(event.step, event.line);
        break;
      case 'step-succeeded':
      case 'step-failed':
        this.#ended(event);
        break;
      case 'note': // others were told before consent was asked for, as the plan is
        if (event.about === 'booting') this.#line(noteLine(noteText(event), style));
        break;
      case 'noticed':
        this.#line(noteLine(noticeText(event), style));
        break;
      case 'finished':
        for (const text of this.#failures.ofRun(event.failure, style)) this.#line(text);
        this.#line(finishedLine(event, style));
        break;
      default:
        event satisfies never;
    }
  }

  close(): void {}

  #ended(event: StepEnded): void {
    const { style } = this.#context;
    const running = this.#running.end(event.step);
    const symbol = endedSymbol(event, style);
    this.#line(joinSpans(stepSpans(symbol, event, seconds(event.seconds), this.#machineWidth, style)));
    if (event.type === 'step-failed') this.#line(this.#failures.ofStep(withLastLines(event.failure, running), style));
  }

  #line(text: string): void {
    this.#context.output.write(`${text}\n`);
  }
}
