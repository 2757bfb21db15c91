/** What Relevo writes on what it makes, in its LXD config, so that whoever reads LXD knows it again: `user.relevo.slot` and its like. */
const prefix = 'user.relevo.';

interface Codec<T> {
  write(value: T): string;
  read(text: string): T;
}

export const text: Codec<string> = { write: String, read: String };
export const number: Codec<number> = { write: String, read: Number };
export const numbers: Codec<readonly number[]> = {
  write: (value) => value.join(),
  read: (text) => text.split(',').filter(Boolean).map(Number),
};
export const flag: Codec<boolean> = { write: String, read: (text) => text === 'true' };

export interface Labelling<T> {
  config(labels: Partial<T>): Readonly<Record<string, string>>;
  /** Those that are there. */
  of(config: Readonly<Record<string, string>>): Partial<T>;
  /** For LXD itself, or a script: `user.relevo.slot`. */
  key(label: keyof T & string): string;
}

export function labelling<T>(codecs: { readonly [K in keyof T]: Codec<T[K]> }): Labelling<T> {
  const all = Object.entries(codecs) as [string, Codec<unknown>][];
  return {
    config: (labels) =>
      Object.fromEntries(
        Object.entries(labels).map(([label, value]) => [
          `${prefix}${label}`,
          (codecs[label as keyof T] as Codec<unknown>).write(value),
        ]),
      ),
    of: (config) => {
      const read = all.flatMap(([label, codec]) => {
        const text = config[`${prefix}${label}`];
        return text === undefined ? [] : [[label, codec.read(text)] as const];
      });
      return Object.fromEntries(read) as Partial<T>;
    },
    key: (label) => `${prefix}${label}`,
  };
}
