/** A file of what runs in a machine that Vagrant makes. */
export interface ExportedFile {
  /** A plain name. */
  readonly path: string;
  readonly content: string | Uint8Array;
}
