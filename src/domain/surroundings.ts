/** What a host knows of its network that what is built on it must know as well, while it is built. */
export interface Surroundings {
  /** Proxies, by the names that programs look for. */
  readonly environment: Readonly<Record<string, string>>;
  /** Lines of apt.conf: its proxies, and how stubborn it is. */
  readonly apt: readonly string[];
  /** Authorities that it trusts beyond those of its distribution, PEM. */
  readonly authorities: readonly string[];
}
