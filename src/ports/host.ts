/** One thing that this host needs, and how it stands. */
export interface Check {
  readonly what: string;
  /** `note`: works without it, but not all of it. */
  readonly state: 'ok' | 'missing' | 'note';
  /** What was found, or what its absence means. */
  readonly detail?: string;
  /** What `doctor --fix` would do; absent where people must do something themselves. */
  readonly fix?: string;
}

/** The host that Relevo runs on, as one kind of machines needs it. */
export interface Host {
  check(): Promise<readonly Check[]>;
  /** Installs and starts what is missing. The caller has asked. */
  mend(onLine: (line: string) => void): Promise<void>;
  /** Whether there is something to look at; cheap, and no proof that it works. */
  isThere(): Promise<boolean>;
  /** The cgroup controllers that `limits` would need and that the machines' LXD does not see. */
  missingControllers(): Promise<readonly CgroupController[]>;
}

export type CgroupController = 'cpuset' | 'memory';
