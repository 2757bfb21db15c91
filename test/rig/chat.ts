import { readFileSync } from 'node:fs';

/** A visitor of the chat example: the script of its own page, in as much of a browser as it needs. */
export class Visitor {
  /** What the room shows: a message that nobody has confirmed yet ends with ` …`. */
  readonly lines = new Map<string, { id: string; textContent: string }>();
  /** Milliseconds without a connection, the longest time. */
  longestGap = 0;
  readonly #input = { value: '' };
  readonly #form: { onsubmit?: (event: { preventDefault(): void }) => void } = {};
  #gone = performance.now();
  #socket: WebSocket | undefined;
  #left = false;

  constructor(port: number) {
    const [, script = ''] = /<script type="module">([\s\S]*)<\/script>/.exec(readFileSync(page, 'utf8')) ?? [];
    const run = new Function('document', 'location', 'WebSocket', 'setTimeout', script);
    run(this.#document(), { protocol: 'http:', host: `127.0.0.1:${port}` }, this.#sockets(), this.#later());
  }

  say(text: string): void {
    this.#input.value = text;
    this.#form.onsubmit?.({ preventDefault() {} });
  }

  get texts(): string[] {
    return [...this.lines.values()].map(({ textContent }) => textContent).sort();
  }

  leave(): void {
    this.#left = true;
    this.#socket?.close();
  }

  #document() {
    const room = { appendChild: (line: { id: string; textContent: string }) => this.#added(line) };
    return {
      getElementById: (id: string) =>
        id === 'room' ? room : id === 'text' ? this.#input : (this.lines.get(id) ?? null),
      querySelector: () => this.#form,
      createElement: () => ({ id: '', textContent: '' }),
    };
  }

  /** It is known by its id, which the page gives it right after it has added it. */
  #added(line: { id: string; textContent: string }) {
    const { lines } = this;
    return Object.defineProperty(line, 'id', { set: (id: string) => void lines.set(id, line) });
  }

  #sockets() {
    const visitor = this;
    return class extends WebSocket {
      constructor(url: string) {
        super(url);
        visitor.#socket = this;
        this.addEventListener('open', () => {
          visitor.longestGap = Math.max(visitor.longestGap, performance.now() - visitor.#gone);
        });
        this.addEventListener('close', () => {
          // what could not be opened closes too, and the gap began before it
          if (!visitor.#left && this.#opened) visitor.#gone = performance.now();
        });
        this.addEventListener('open', () => {
          this.#opened = true;
        });
      }
      #opened = false;
    };
  }

  #later() {
    return (work: () => void, milliseconds: number) => setTimeout(() => this.#left || work(), milliseconds);
  }
}

const page = 'examples/chat/index.html';
