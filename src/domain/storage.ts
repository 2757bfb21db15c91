/** The cluster's storage pool, as one machine has it. */
export interface PoolPlan {
  /** The same on all machines. On `dir` each instance is a whole copy of what it is made of. */
  readonly driver: 'btrfs' | 'dir';
  /** Keys of this machine's part: `source`, or the `size` of a file. */
  readonly config: Readonly<Record<string, string>>;
}

/** Bytes of a pool on one machine; what else lies on the same disk counts as used. */
export interface Space {
  readonly used: number;
  readonly total: number;
}
