/** The HAProxy beside a controller. */
export interface LocalBalancer {
  /** Undefined until there is one. */
  config(): Promise<string | undefined>;
  /** `show stat` of the servers, CSV; undefined where it does not answer. */
  stat(): Promise<string | undefined>;
  /**
   * Loads another configuration without losing a request, unless the file is no longer as it was. Resolves to why it was
   * not done, undefined where it was.
   */
  swap(before: string, after: string): Promise<string | undefined>;
}
