import type { LoadProgress, Onlooker } from '../../app/load.ts';
import { bar, duration, grouped, percent, short, sparkline } from './load-words.ts';
import { noteLine } from './progress-lines.ts';
import type { ProgressContext } from './progress-types.ts';
import { Screen } from './screen.ts';
import type { Paint, Style } from './style.ts';
import { clean, fitSpans, pad, type Span, wholeSeconds, widest } from './text.ts';

/** What is run, as people call it. */
export interface LoadTitle {
  readonly plan: string;
  readonly target?: string;
  /** How long it shall take, where that is known. */
  readonly seconds?: number;
}

/** Shows how a load goes while it goes. */
export interface LoadView extends Onlooker {
  /** Leaves the terminal as it was; may be called more than once. */
  close(): void;
}

const frameTime = 100;
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** Values of which the course is shown. */
const remembered = 60;
const mostServers = 8;

/** Redrawn in place: rate, errors and times of the last seconds with their course, and who answers how much. */
export class LiveLoadView implements LoadView {
  readonly #context: ProgressContext;
  readonly #title: LoadTitle;
  readonly #screen: Screen;
  readonly #stop: () => void;
  readonly #began: number;
  readonly #course: LoadProgress[] = [];
  #closed = false;

  constructor(context: ProgressContext, title: LoadTitle) {
    this.#context = context;
    this.#title = title;
    this.#screen = new Screen(context.output);
    this.#began = context.clock.elapsed();
    this.#stop = context.clock.every(frameTime, () => this.#draw());
    this.#draw();
  }

  progress(progress: LoadProgress): void {
    this.#course.push(progress);
    if (this.#course.length > remembered) this.#course.shift();
  }

  note(text: string): void {
    const line = noteLine(text, this.#context.style);
    if (this.#closed) this.#context.output.write(`${line}\n`);
    else this.#draw([line]);
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#screen.close();
  }

  #draw(above: readonly string[] = []): void {
    const { width, height } = this.#screen;
    const lines = [this.#head(), ...this.#progressBar(), '', ...this.#figures(), ...this.#servers()];
    this.#screen.draw(
      lines.slice(0, height - 1).map((spans) => (typeof spans === 'string' ? spans : fitSpans(spans, width))),
      above,
    );
  }

  #head(): Span[] {
    const { style, clock } = this.#context;
    const { plan, target, seconds } = this.#title;
    const elapsed = clock.elapsed() - this.#began;
    const turn = spinner[Math.floor(elapsed / frameTime) % spinner.length] ?? '';
    const of = seconds === undefined ? '' : ` of ${wholeSeconds(seconds)}`;
    return [
      { text: turn, paint: style.cyan },
      { text: ` ${clean(plan)}`, paint: style.bold },
      ...(target === undefined ? [] : [{ text: `  ${clean(target)}`, paint: style.cyan }]),
      { text: `  ${wholeSeconds(elapsed / 1000)}${of}`, paint: style.dim },
    ];
  }

  #progressBar(): Span[][] {
    const { style, clock } = this.#context;
    const { seconds } = this.#title;
    if (seconds === undefined || seconds <= 0) return [];
    const width = Math.min(this.#screen.width - 2, 72);
    const done = Math.round(Math.min(1, (clock.elapsed() - this.#began) / 1000 / seconds) * width);
    const left = '─'.repeat(width - done);
    return [
      [
        { text: `  ${'━'.repeat(done)}`, paint: style.cyan },
        { text: left, paint: style.dim },
      ],
    ];
  }

  #figures(): Span[][] {
    const last = this.#course.at(-1);
    const { style } = this.#context;
    if (last === undefined) return [[{ text: '  no request has been answered yet', paint: style.dim }]];
    const { recent, users, samples, errors, late, dropped } = last;
    const course = (of: (each: LoadProgress) => number) => this.#course.map(of);
    const counts = [
      ['users', grouped(users), undefined],
      ['samples', grouped(samples), undefined],
      ['errors', grouped(errors), errors > 0 ? style.red : undefined],
      ['late', grouped(late), late > 0 ? style.yellow : undefined],
      ['dropped', grouped(dropped), dropped > 0 ? style.yellow : undefined],
    ] as const;
    const rows = [
      ['rate', `${short(recent.rate)}/s`, course((each) => each.recent.rate), style.green],
      ['errors', percent(recent.errorPercent), course((each) => each.recent.errorPercent), style.red],
      ['median', duration(recent.median), course((each) => each.recent.median), style.cyan],
      ['p95', duration(recent.p95), course((each) => each.recent.p95), style.cyan],
      ['p99', duration(recent.p99), course((each) => each.recent.p99), style.cyan],
    ] as const;
    return rows.map(([name, value, values, paint], i) => this.#figureLine(name, value, values, paint, counts[i]));
  }

  #figureLine(
    name: string,
    value: string,
    values: readonly number[],
    paint: Paint,
    count: readonly [name: string, value: string, paint: Paint | undefined] | undefined,
  ): Span[] {
    const { style } = this.#context;
    const course = Math.max(10, Math.min(40, this.#screen.width - 50));
    const [countName = '', countValue = '', countPaint = (text: string) => text] = count ?? [];
    return [
      { text: `  ${pad(name, 6)}  `, paint: style.dim },
      { text: pad(value, 9, 'right'), paint: style.bold },
      { text: `  ${pad(sparkline(values, course), course)}`, paint },
      { text: `   ${pad(countName, 7)}  `, paint: style.dim },
      { text: pad(countValue, 10, 'right'), paint: countPaint },
    ];
  }

  #servers(): (Span[] | string)[] {
    const { style } = this.#context;
    const servers = this.#course.at(-1)?.recent.servers ?? [];
    if (servers.length === 0) return [];
    const shown = servers
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
      .slice(0, mostServers);
    const nameWidth = Math.min(24, widest(shown.map(({ name }) => name)));
    const lines = shown.map(({ name, share }) => [
      { text: `  ${pad(clean(name), nameWidth)}  ` },
      { text: pad(percent(100 * share), 6, 'right'), paint: style.bold },
      { text: `  ${bar(share, 40)}`, paint: style.blue },
    ]);
    const more = servers.length - shown.length;
    return ['', ...lines, ...(more > 0 ? [[{ text: `  and ${more} more`, paint: style.dim }]] : [])];
  }
}

/** Between two lines of a log. */
const lineTime = 10;

/** For a log: a line each ten seconds. */
export class PlainLoadView implements LoadView {
  readonly #context: Pick<ProgressContext, 'output' | 'style'>;
  #next = lineTime;

  constructor(context: Pick<ProgressContext, 'output' | 'style'>) {
    this.#context = context;
  }

  progress(progress: LoadProgress): void {
    if (progress.elapsed < this.#next) return;
    while (this.#next <= progress.elapsed) this.#next += lineTime;
    this.#context.output.write(`${progressLine(progress, this.#context.style)}\n`);
  }

  note(text: string): void {
    this.#context.output.write(`${noteLine(text, this.#context.style)}\n`);
  }

  close(): void {}
}

function progressLine({ elapsed, users, recent, errors }: LoadProgress, style: Style): string {
  const { rate, median, p95, p99 } = recent;
  const times =
    recent.rate === 0
      ? 'no answer in the last seconds'
      : `median ${duration(median)}  p95 ${duration(p95)}  p99 ${duration(p99)}`;
  const failed = `${grouped(errors)} errors`;
  return [
    style.dim(pad(wholeSeconds(elapsed), 6, 'right')),
    `${grouped(users)} users`,
    `${short(rate)}/s`,
    errors > 0 ? style.red(failed) : failed,
    times,
  ].join('  ');
}
