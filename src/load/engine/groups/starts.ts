import type { StarterCrew } from '../compiled.ts';

/** When a user begins and ends; milliseconds since 1970. */
export interface Start {
  readonly number: number;
  readonly due: number;
  readonly end?: number;
}

/** So many are begun at once before others get their turn. */
const bunch = 50;

/** JMeter waits for ever for an answer that never ends; this long after its end, a user is broken off. Milliseconds. */
const patience = 120_000;

/** Begins them all at their time, and waits until they have ended. */
export async function startAll(crew: StarterCrew, starts: readonly Start[]): Promise<void> {
  const own = starts.filter(({ number }) => crew.mine(number)).sort((a, b) => a.due - b.due || a.number - b.number);
  let begun = 0;
  for (const { number, due, end } of own) {
    await until(crew, due);
    if (crew.halted) break;
    begun += 1;
    if (begun % bunch === 0) await crew.sleep(0);
    crew.begin(number, end === undefined ? { due } : { due, end, scheduled: true });
  }
  const ends = own.flatMap(({ end }) => end ?? []);
  if (ends.length === own.length && ends.length > 0)
    await breakOff(
      crew,
      ends.reduce((a, b) => Math.max(a, b)),
    );
  await crew.ended();
}

async function breakOff(crew: StarterCrew, end: number): Promise<void> {
  await crew.endedBy(end + patience);
  if (crew.halted || crew.clock.now() < end + patience) return;
  crew.note(`Answers that had not ended ${patience / 1000} s after its end are broken off.`);
  crew.interrupt();
}

/** Waits for the moment of each arrival. Where they are behind their time, others get their turn after each bunch of them. */
export class Arrivals {
  #behind = 0;

  async until(crew: StarterCrew, moment: number): Promise<void> {
    if (moment > crew.clock.now()) {
      this.#behind = 0;
      return until(crew, moment);
    }
    this.#behind += 1;
    if (this.#behind % bunch === 0) await crew.sleep(0);
  }
}

/** Sleeps until that moment; where it has passed, not at all. */
export async function until(crew: StarterCrew, moment: number): Promise<void> {
  for (let left = moment - crew.clock.now(); left > 0 && !crew.halted; left = moment - crew.clock.now()) {
    await crew.sleep(left);
  }
}
