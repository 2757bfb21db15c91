/** Seconds, or deltas, of which something was true. */
export class Spell {
  all = 0;
  /** One right after the other. */
  longest = 0;
  #now = 0;

  add(isSo: boolean): void {
    this.#now = isSo ? this.#now + 1 : 0;
    if (isSo) this.all += 1;
    this.longest = Math.max(this.longest, this.#now);
  }
}
