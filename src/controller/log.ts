import type { DatedEvent, Event } from '../domain/event.ts';
import { eventsIn, eventsMark } from '../observe/marks.ts';
import type { LxdImages } from '../ports/lxd.ts';
import { marksImage } from '../render/marks-image.ts';

/** Events that are kept of each balancer. */
const most = 150;

/**
 * What a controller did and saw: on standard output, which is its journal, and in LXD's database, where it outlives the
 * balancer. There each event gets its number; numbers continue where the balancer's previous controller stopped. Bounded: the
 * oldest ones are dropped, which shows as a gap. Only what is dropped before it could be written leaves none.
 */
export class EventLog {
  readonly #images: LxdImages;
  readonly #name: string;
  readonly #print: (line: string) => void;
  #events: Event[] | undefined;
  #fresh: DatedEvent[] = [];

  /** `print`: writes a line to this process's output. */
  constructor(balancer: string, images: LxdImages, print: (line: string) => void) {
    this.#print = print;
    this.#name = eventsMark(balancer);
    this.#images = images;
  }

  add(event: DatedEvent): void {
    this.#print(JSON.stringify(event));
    this.#fresh = [...this.#fresh, event].slice(-most); // the cluster may take none of them for days
  }

  /** Throws where the cluster can't be written; nothing is lost then. */
  async flush(): Promise<void> {
    if (this.#fresh.length === 0) return;
    const images = this.#images;
    this.#events ??= await this.#kept(images);
    const fresh = this.#fresh;
    const next = (this.#events.at(-1)?.seq ?? 0) + 1;
    const numbered = fresh.map((event, index) => ({ seq: next + index, ...event }));
    const all = [...this.#events, ...numbered].slice(-most);
    const alias = { name: this.#name, target: marksImage.fingerprint, description: JSON.stringify(all) };
    if (!(await images.updateAlias(alias))) await images.createAlias(alias);
    this.#events = all;
    this.#fresh = this.#fresh.filter((event) => !fresh.includes(event));
  }

  async #kept(images: LxdImages): Promise<Event[]> {
    const known = await images.readAlias(this.#name);
    return eventsIn(known?.description ?? '[]');
  }
}
