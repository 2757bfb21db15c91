/**
 * What instances bear of themselves in their LXD config, so that whoever reads the cluster knows them: `user.relevo.slot` and
 * its like. Written and read here only; what machines bear is their provider's affair.
 */
const prefix = 'user.relevo.';

interface Codec<T> {
  write(value: T): string;
  read(text: string): T;
}

const text: Codec<string> = { write: String, read: String };
const number: Codec<number> = { write: String, read: Number };
const numbers: Codec<readonly number[]> = {
  write: (value) => value.join(),
  read: (text) => text.split(',').filter(Boolean).map(Number),
};
const flag: Codec<boolean> = { write: String, read: (text) => text === 'true' };

const codecs = {
  /** `service`, `balancer`; `builder` and `seed` serve nobody. */
  kind: text,
  image: text,
  hash: text,
  slot: number,
  service: text,
  number,
  role: text,
  port: number,
  /** Ports beside that one, `6001,9000`. */
  further: numbers,
  /** Mark of the health check. */
  health: text,
  /** Seconds between SIGTERM and the end by force. LXD's own key for it is not allowed in a restricted project. */
  grace: number,
  /** Its creation was completed. */
  complete: flag,
  /** Of balancers: hashes of what was last loaded, … */
  config: text,
  files: text,
  checks: text,
  /** … the ports that lead to it, `1080,1443`, … */
  forwards: text,
  /** … and the hash of what its controller knows. */
  controller: text,
};

export type Labels = { readonly [K in keyof typeof codecs]: ReturnType<(typeof codecs)[K]['read']> };

export function labelsConfig(labels: Partial<Labels>): Readonly<Record<string, string>> {
  const written = Object.entries(labels).map(([key, value]) => {
    const codec = codecs[key as keyof Labels] as Codec<Labels[keyof Labels]>;
    return [`${prefix}${key}`, codec.write(value)] as const;
  });
  return Object.fromEntries(written);
}

/** Those that are there. */
export function labelsOf(config: Readonly<Record<string, string>>): Partial<Labels> {
  const read = Object.entries(codecs).flatMap(([key, codec]) => {
    const text = config[`${prefix}${key}`];
    return text === undefined ? [] : [[key, codec.read(text)] as const];
  });
  return Object.fromEntries(read);
}
