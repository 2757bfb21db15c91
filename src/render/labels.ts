import { flag, labelling, number, numbers, text } from './labelling.ts';

/** What instances bear of themselves. Written and read here only; what machines bear is their provider's affair. */
const labels = labelling({
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
});

export type Labels = Required<ReturnType<typeof labels.of>>;

export const labelsConfig = labels.config;
export const labelsOf = labels.of;
