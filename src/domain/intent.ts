/** What people want beyond the file. One record in the cluster's own database, which all who plan read. */
export interface Intent {
  /** Machines that shall carry nothing, because somebody wants to work on them. */
  readonly drained: readonly string[];
}

export const noIntent: Intent = { drained: [] };
