import type { Hash } from "./merkle.ts";
import { NOTE_BYTES_MOST } from "./note.ts";
import { malformed, parseDecimal, parseHash, readText } from "./strict-text.ts";

/** What a log asks of a witness: to cosign a checkpoint that follows the one it knows (C2SP tlog-witness). */
export interface WitnessRequest {
  /** The size of the tree that the witness cosigned last; 0 before its first. */
  oldSize: bigint;
  /** The consistency path from that tree to the checkpoint's; empty for 0. */
  path: readonly Hash[];
  /** The signed checkpoint. */
  checkpoint: string;
}

const PATH_HASHES_MOST = 63;
const REQUEST_BYTES_MOST = NOTE_BYTES_MOST + 4_096;

/** The body of `POST <prefix>/add-checkpoint`. */
export function encodeWitnessRequest({ oldSize, path, checkpoint }: WitnessRequest): string {
  if (path.length > PATH_HASHES_MOST) throw new RangeError(`a path of ${path.length} hashes`);
  const lines = [`old ${oldSize}`, ...path.map((hash) => hash.toString("base64")), ""];
  return `${lines.join("\n")}\n${checkpoint}`;
}

/** Reads the body; the checkpoint in it is still only text. */
export function parseWitnessRequest(body: string | Uint8Array): WitnessRequest {
  const text = readText(body, REQUEST_BYTES_MOST, "the request");
  const end = text.indexOf("\n\n");
  if (end < 0) return malformed("the request has no blank line before its checkpoint");
  const [first = "", ...hashes] = text.slice(0, end).split("\n");
  if (!first.startsWith("old ")) return malformed("the request does not begin with the old size");
  if (hashes.length > PATH_HASHES_MOST) {
    return malformed(`the request has ${hashes.length} hashes, more than ${PATH_HASHES_MOST}`);
  }
  return {
    oldSize: parseDecimal(first.slice("old ".length), "the old size"),
    path: hashes.map((hash) => parseHash(hash, "a hash of the path")),
    checkpoint: text.slice(end + 2),
  };
}
