/** A document as a toolchain wrote it down. */
export interface ManifestDocument {
  id: string;
  text: string;
}
