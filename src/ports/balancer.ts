/** The HAProxy beside a controller. None of its methods throws where HAProxy is at fault: they say what it says. */
export interface LocalBalancer {
  /** haproxy.cfg, as it was last written; undefined where there is none. */
  config(): Promise<string | undefined>;
  /** `show stat` of the servers, CSV; undefined where it does not answer. */
  stat(): Promise<string | undefined>;
  /**
   * Commands of the Runtime API that change something and print nothing: `set server web/web-3 weight 1`. Resolves to
   * what HAProxy has against them, undefined where all were done.
   */
  change(commands: readonly string[]): Promise<string | undefined>;
  /**
   * Ends the open connections to a server, so that those who wait for it hear of it, unless something came on one of
   * them within the last `quiet` milliseconds: then it lives. Resolves to whether they were ended.
   */
  cut(address: string, port: number, quiet: number): Promise<boolean>;
}
