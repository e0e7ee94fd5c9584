/** A file of a bundle. */
export interface BundleFile {
  /** Absolute path on the machine. */
  readonly path: string;
  readonly content: string;
  /** Octal, four digits. */
  readonly mode: string;
  /** `user:group` */
  readonly owner: string;
}
