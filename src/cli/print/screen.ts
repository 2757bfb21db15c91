import { stripVTControlCharacters } from 'node:util';
import type { Output } from './progress-types.ts';
import { displayWidth } from './text.ts';

const csi = '\u001b[';
const hideCursor = `${csi}?25l`;
const showCursor = `${csi}?25h`;
const eraseToLineEnd = `${csi}K`;
const eraseBelow = `${csi}J`;

/**
 * A few lines at the bottom of a terminal that are drawn over and over, while other lines scroll by above them.
 * The cursor rests at the start of the last drawn line, so that an echoed `^C` lands where the next frame covers it.
 */
export class Screen {
  readonly #output: Output;
  #frame: readonly string[] = [];
  #hidden = false;

  constructor(output: Output) {
    this.#output = output;
  }

  /** One less than the terminal has: a full last column makes some terminals wrap. */
  get width(): number {
    return Math.max(10, (this.#output.columns || 80) - 1);
  }

  get height(): number {
    return Math.max(2, this.#output.rows || 24);
  }

  /** Draws `frame` over the last one; `above` scrolls away and stays. One write, so that nothing flickers. */
  draw(frame: readonly string[], above: readonly string[] = []): void {
    const scrolled = above.length > 0 ? `${eraseBelow}${above.join('\n')}\n` : '';
    const drawn = frame.map((line) => `${line}${eraseToLineEnd}`).join('\n');
    const text = `${this.#toTop()}${scrolled}${drawn}${eraseBelow}\r`;
    this.#frame = frame;
    this.#output.write(frame.length > 0 && !this.#hidden ? hideCursor + text : text);
    this.#hidden ||= frame.length > 0;
  }

  /** Takes the frame away and gives the cursor back; what scrolled by stays. */
  close(): void {
    if (!this.#hidden) return;
    this.#output.write(`${this.#toTop()}${eraseBelow}${showCursor}`);
    this.#frame = [];
    this.#hidden = false;
  }

  /** A terminal made narrower since has folded the longer lines: count the rows they take now. */
  #toTop(): string {
    const columns = this.#output.columns || 80;
    const rows = this.#frame
      .slice(0, -1)
      .reduce((sum, line) => sum + Math.max(1, Math.ceil(displayWidth(stripVTControlCharacters(line)) / columns)), 0);
    return rows > 0 ? `\r${csi}${rows}A` : '\r';
  }
}
