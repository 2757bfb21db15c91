import type { Event, EventBody } from '../domain/event.ts';

/**
 * What happened, in order: events are only ever added, each with the next number. Who follows it from a number gets each event
 * from there on exactly once and in order, whether it was there before or comes later. It keeps all of them, for as long as one
 * use case takes.
 */
export class Journal {
  readonly #now: () => Date;
  readonly #events: Event[] = [];
  readonly #followers = new Set<() => void>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  readonly add = (body: EventBody): void => {
    this.#events.push({ seq: this.#events.length + 1, at: this.#now().toISOString(), ...body });
    for (const catchUp of this.#followers) catchUp();
  };

  /** `from`: 1 is the first one. Those that are there already are shown before this returns; the rest until it is disposed. */
  follow(from: number, show: (event: Event) => void): Disposable {
    let next = from;
    let showing = false;
    const catchUp = () => {
      if (showing) return; // `show` added one: it comes after this one
      showing = true;
      try {
        for (let event = this.#events[next - 1]; event !== undefined; event = this.#events[next - 1]) {
          next += 1;
          show(event);
        }
      } finally {
        showing = false; // a failure to show one is told by another one
      }
    };
    this.#followers.add(catchUp);
    catchUp();
    return { [Symbol.dispose]: () => void this.#followers.delete(catchUp) };
  }
}
