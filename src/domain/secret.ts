/** A text that only its recipient may see: however it is printed, `[redacted]` comes out. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** For whoever writes it where it belongs, and nobody else. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return String(this);
  }

  /** Node's console and `util.inspect`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return String(this);
  }
}

/** For whoever writes it where it belongs, secret or not. */
export function revealed<T>(value: T | Secret): T | string {
  return value instanceof Secret ? value.reveal() : value;
}
