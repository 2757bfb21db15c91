/** Finished images of this host, by alias; shared by all projects. */
export interface ImageCache {
  list(): Promise<readonly string[]>;
  /** Where the image's file is or shall be. A file there is complete. */
  file(alias: string): string;
  /** Before anything is written: makes its place, and removes what runs that were killed left half written. */
  tidy(): Promise<void>;
}
