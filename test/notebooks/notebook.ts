import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../support/running-system.ts";

export const NOTEBOOK = join(ROOT, "examples/notebooks/recall.ipynb");

/** The part of the notebook format (nbformat 4.5) that is read here. */
export interface Notebook {
  cells: Cell[];
}
export interface Cell {
  cell_type: "markdown" | "code";
  source: Lines;
  /** Of code. */
  outputs?: Output[];
  execution_count?: number | null;
}
export interface Output {
  output_type: "stream" | "display_data" | "execute_result" | "error";
  /** Of a stream. */
  name?: "stdout" | "stderr";
  text?: Lines;
  /** By media type. */
  data?: Record<string, Lines>;
}
type Lines = string | string[];

export async function readNotebook(path: string): Promise<Notebook> {
  return JSON.parse(await readFile(path, "utf8"));
}

export function textOf(lines: Lines = ""): string {
  return typeof lines === "string" ? lines : lines.join("");
}
