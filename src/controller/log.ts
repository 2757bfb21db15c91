import type { Event } from '../domain/event.ts';
import { eventsMark } from '../observe/marks.ts';
import type { LxdImages } from '../ports/lxd.ts';
import { marksImage } from '../render/marks-image.ts';

/** Events that are kept of each balancer. */
const most = 150;

/**
 * What a controller did and saw: on standard output, which is its journal, and in LXD's database, where it outlives the
 * balancer. Bounded: the oldest ones go.
 */
export class EventLog {
  readonly #images: () => LxdImages;
  readonly #name: string;
  readonly #print: (line: string) => void;
  #events: Event[] | undefined;
  #fresh: Event[] = [];

  /** `print`: writes a line to this process's output. */
  constructor(balancer: string, images: () => LxdImages, print: (line: string) => void) {
    this.#print = print;
    this.#name = eventsMark(balancer);
    this.#images = images;
  }

  add(event: Event): void {
    this.#print(JSON.stringify(event));
    this.#fresh = [...this.#fresh, event].slice(-most); // where nobody takes them for days
  }

  /** Throws where the cluster can't be written; nothing is lost then. */
  async flush(): Promise<void> {
    if (this.#fresh.length === 0) return;
    const images = this.#images();
    this.#events ??= await this.#kept(images);
    const fresh = this.#fresh;
    const all = [...this.#events, ...fresh].slice(-most);
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

/** Who can't be understood is forgotten: somebody wrote there by hand. */
function eventsIn(text: string): Event[] {
  try {
    const events: unknown = JSON.parse(text);
    return Array.isArray(events) ? events : [];
  } catch {
    return [];
  }
}
