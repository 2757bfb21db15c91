/** Finished images of this host, by alias; shared by all projects. */
export interface ImageCache {
  list(): Promise<readonly string[]>;
  /** Where the image's file is or shall be. A file there is complete. */
  file(alias: string): string;
  /** Before anything is written: makes its place, and removes what runs that were killed left half written. */
  tidy(): Promise<void>;
  /**
   * These files are what the project needs, until it says otherwise or is forgotten. Where all are larger than the cache may be,
   * others go, that which was needed longest ago first.
   */
  need(project: string, files: readonly string[]): Promise<void>;
  forget(project: string): Promise<void>;
  /** Those that no project needs. */
  unneeded(): Promise<readonly CachedFile[]>;
  remove(files: readonly CachedFile[]): Promise<void>;
}

export interface CachedFile {
  readonly name: string;
  readonly bytes: number;
}
