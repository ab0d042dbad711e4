import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { CliError } from "../cli-error.ts";
import { notReadable } from "../read-text.ts";
import { countRows } from "./count-rows.ts";
import { type Manifest, readManifest } from "./manifest.ts";

/** What a file is found to be, beside what its manifest says. */
export interface Verified {
  manifest: Manifest;
  bytes: number;
  sha256: string;
  /** null where only a spreadsheet could count them. */
  rows: number | null;
}

/** Reads a file and its manifest. Throws EXPORT_DIFFERS where they are not of each other. */
export async function verifyExport(file: string): Promise<Verified> {
  const manifest = await readManifest(file);
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    for await (const piece of createReadStream(file) as AsyncIterable<Buffer>) {
      hash.update(piece);
      bytes += piece.length;
    }
  } catch (error) {
    throw notReadable(file, error as NodeJS.ErrnoException);
  }
  const sha256 = hash.digest("hex");
  if (bytes !== manifest.bytes) {
    throw differs(file, `has ${bytes} bytes, not ${manifest.bytes}`);
  }
  if (sha256 !== manifest.sha256) throw differs(file, `has the hash ${sha256}`);
  const rows = await countRows(file, manifest.format);
  if (rows !== null && rows !== manifest.rows) {
    throw differs(file, `has ${rows} rows, not ${manifest.rows}`);
  }
  return { manifest, bytes, sha256, rows };
}

function differs(file: string, how: string): CliError {
  return new CliError("EXPORT_DIFFERS", `${file} ${how}: it is not what was exported`);
}
