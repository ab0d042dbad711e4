import { CliError } from "../cli-error.ts";
import { readJson } from "../read-text.ts";

/** What the gateway says of an export, and what its file is known by. */
export interface Manifest {
  exportId: string;
  what: string;
  moment: string;
  columns: readonly { name: string; type: string }[];
  rows: number;
  bytes: number;
  sha256: string;
  format: string;
}

export function manifestPath(file: string): string {
  return `${file}.manifest.json`;
}

export function asManifest(value: unknown, from: string): Manifest {
  const { rows, bytes, sha256, format, exportId, columns } = (value ?? {}) as Partial<Manifest>;
  const isOne =
    Number.isSafeInteger(rows) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    typeof format === "string" &&
    typeof exportId === "string" &&
    Array.isArray(columns) &&
    columns.every((column) => typeof column?.name === "string");
  if (isOne) return value as Manifest;
  throw new CliError("WRONG_FORMAT", `${from} is no manifest of an export`);
}

export async function readManifest(file: string): Promise<Manifest> {
  const path = manifestPath(file);
  return asManifest(await readJson(path), path);
}
