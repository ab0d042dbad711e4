import { canonicalJson, type JsonValue, parseCanonicalJson } from "../ledger/canonical-json.ts";
import type { Hash } from "../ledger/merkle.ts";
import { encodeProofFile, parseProofFile } from "../ledger/proof-file.ts";
import { malformed } from "../ledger/strict-text.ts";

/**
 * A self-contained proof that a content stands in a log: a file of c2sp.org/tlog-proof whose extra
 * data is the canonical JSON `{"content": …, "entry": "…", "until": …}`. Nobody signs the extra data.
 * It is believed because the path leads from the hash of `entry` to a signed root, and `entry` names
 * the hash of `content`.
 */
export interface Proof {
  /** The text whose UTF-8 bytes are the log's entry. */
  entry: string;
  /** Canonical JSON: what the entry's `content` is the SHA-256 of. */
  content: string;
  index: bigint;
  path: readonly Hash[];
  /** The signed checkpoint with its cosignatures: the first one witnessed that has the entry. */
  checkpoint: string;
  /** A later checkpoint, and the consistency path to it: the log still begins with the former. */
  until: Continuation | null;
}

/** That a log went on from one checkpoint to another. */
export interface Continuation {
  checkpoint: string;
  path: readonly Hash[];
}

/** The usual end of a file's name. */
export const PROOF_SUFFIX = ".tlog-proof";
const EXTRA_BYTES_MOST = 256 * 1024;
const UNTIL_HASHES_MOST = 63;

/** The text of a proof. */
export function proofText({ entry, content, until, ...proof }: Proof): string {
  const extra = canonicalJson({
    content: JSON.parse(content) as JsonValue,
    entry,
    ...(until && {
      until: {
        checkpoint: until.checkpoint,
        path: until.path.map((hash) => hash.toString("base64")),
      },
    }),
  });
  return encodeProofFile({ ...proof, extra: Buffer.from(extra) });
}

/** Takes a proof apart without believing any of it. Throws LedgerFormatError where it is none. */
export function parseProof(file: string | Uint8Array): Proof {
  const { extra, index, path, checkpoint } = parseProofFile(file);
  if (extra === null) return malformed("the proof lacks its entry and content");
  const value = parseCanonicalJson(extra, EXTRA_BYTES_MOST);
  if (!isObject(value)) return malformed("the proof's extra data is no object");
  const { content, entry, until = null, ...more } = value;
  if (Object.keys(more).length > 0) return malformed("the proof's extra data says more");
  if (typeof entry !== "string" || !isObject(content)) {
    return malformed("the proof lacks its entry or its content");
  }
  return {
    ...{ entry, content: canonicalJson(content), index, path, checkpoint },
    until: until === null ? null : continuationOf(until),
  };
}

function continuationOf(value: JsonValue): Continuation {
  if (!isObject(value)) return malformed("the proof's until is no object");
  const { checkpoint, path, ...more } = value;
  if (typeof checkpoint !== "string" || !Array.isArray(path) || Object.keys(more).length > 0) {
    return malformed("the proof's until is no checkpoint with a path");
  }
  if (path.length > UNTIL_HASHES_MOST)
    return malformed("the path of the proof's until is too long");
  return { checkpoint, path: path.map(hashOf) };
}

function hashOf(text: JsonValue): Hash {
  const hash = Buffer.from(typeof text === "string" ? text : "", "base64");
  if (hash.length === 32 && hash.toString("base64") === text) return hash;
  return malformed("the path of the proof's until has what is no hash");
}

function isObject(value: JsonValue | undefined): value is { readonly [name: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
