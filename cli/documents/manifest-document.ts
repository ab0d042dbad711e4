import type { WrittenDefinition } from "./written-place.ts";

/** A document as a toolchain wrote it down. */
export interface ManifestDocument {
  id: string;
  text: string;
  /** Of a document that was put together from files: its definitions there, in the text's order. */
  written?: readonly WrittenDefinition[];
}
