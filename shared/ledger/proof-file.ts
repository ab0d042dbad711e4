import { type OpenedCheckpoint, openCheckpoint } from "./checkpoint.ts";
import { type Hash, leafHash, verifyInclusion } from "./merkle.ts";
import { NOTE_BYTES_MOST } from "./note.ts";
import { isQuorum, type Policy } from "./policy.ts";
import {
  LedgerFormatError,
  malformed,
  parseBase64,
  parseDecimal,
  parseHash,
  readText,
} from "./strict-text.ts";

/** All that shows an entry to be in a log, in one file (C2SP tlog-proof). */
export interface ProofFile {
  /** What the file says besides. Nobody has signed it: never believe it by itself. */
  extra: Buffer | null;
  index: bigint;
  path: readonly Hash[];
  /** The signed checkpoint with its cosignatures, as it stands in the file. */
  checkpoint: string;
}

/** Why a proof file proves nothing. */
export const PROOF_FAULTS = [
  "MALFORMED",
  "UNKNOWN_LOG",
  "BAD_SIGNATURE",
  "QUORUM_NOT_REACHED",
  "NOT_INCLUDED",
] as const;
export type ProofFault = (typeof PROOF_FAULTS)[number];

/** What a proof file shows of an entry, or why nothing. */
export type ProofReport =
  | {
      proven: true;
      origin: string;
      index: bigint;
      size: bigint;
      root: Hash;
      /** The ids of the log's keys that signed. */
      logKeys: readonly string[];
      /** By the policy's names, each with the Unix second of its cosignature. */
      witnesses: readonly { name: string; time: bigint }[];
    }
  | { proven: false; fault: ProofFault; reason: string };

const FIRST_LINE = "c2sp.org/tlog-proof@v1";
const PATH_HASHES_MOST = 63;
const EXTRA_BYTES_MOST = 256 * 1_024;
const FILE_BYTES_MOST = NOTE_BYTES_MOST + 2 * EXTRA_BYTES_MOST;

/** The text of the file. */
export function encodeProofFile({ extra, index, path, checkpoint }: ProofFile): string {
  if (path.length > PATH_HASHES_MOST) throw new RangeError(`a path of ${path.length} hashes`);
  const lines = [
    FIRST_LINE,
    ...(extra === null ? [] : [`extra ${extra.toString("base64")}`]),
    `index ${index}`,
    ...path.map((hash) => hash.toString("base64")),
    "",
  ];
  return `${lines.join("\n")}\n${checkpoint}`;
}

/** Takes the file apart without believing any of it. */
export function parseProofFile(file: string | Uint8Array): ProofFile {
  const text = readText(file, FILE_BYTES_MOST, "the proof");
  const end = text.indexOf("\n\n");
  if (end < 0) return malformed("the proof has no blank line before its checkpoint");
  const [first, ...lines] = text.slice(0, end).split("\n");
  if (first !== FIRST_LINE) return malformed(`the proof does not begin with ${FIRST_LINE}`);
  const extra = lines[0]?.startsWith("extra ") ? lines.shift()?.slice("extra ".length) : undefined;
  const [index = "", ...hashes] = lines;
  if (!index.startsWith("index ")) return malformed("the proof has no line with the index");
  if (hashes.length > PATH_HASHES_MOST) {
    return malformed(`the path has ${hashes.length} hashes, more than ${PATH_HASHES_MOST}`);
  }
  return {
    extra: extra === undefined ? null : parseBase64(extra, "the extra data"),
    index: parseDecimal(index.slice("index ".length), "the index"),
    path: hashes.map((hash) => parseHash(hash, "a hash of the path")),
    checkpoint: text.slice(end + 2),
  };
}

/**
 * Whether the file proves that exactly this entry is in a log of the policy, in a tree that enough
 * of the policy's witnesses have seen. No key is ever taken from the file.
 */
export function verifyProofFile(
  file: string | Uint8Array,
  entry: Uint8Array,
  policy: Policy,
): ProofReport {
  try {
    return judge(parseProofFile(file), entry, policy);
  } catch (error) {
    if (!(error instanceof LedgerFormatError)) throw error;
    const fault = error.fault === "UNKNOWN_KEY" ? "UNKNOWN_LOG" : error.fault;
    return { proven: false, fault, reason: error.message };
  }
}

function judge(proof: ProofFile, entry: Uint8Array, policy: Policy): ProofReport {
  const opened = openCheckpoint(proof.checkpoint, {
    logs: policy.logs.map(({ verifier }) => verifier),
    witnesses: [...policy.witnesses.values()].map(({ verifier }) => verifier),
  });
  const { origin, size, root } = opened.checkpoint;
  const witnesses = witnessesOf(opened, policy);
  if (!isQuorum(policy, new Set(witnesses.map(({ name }) => name)))) {
    const reason = `${witnesses.length} of the policy's witnesses cosigned: not enough`;
    return { proven: false, fault: "QUORUM_NOT_REACHED", reason };
  }
  const leaf = leafHash(entry);
  if (!verifyInclusion({ index: proof.index, size, leaf, root }, proof.path)) {
    const reason = `the path does not lead from this entry at ${proof.index} to the root`;
    return { proven: false, fault: "NOT_INCLUDED", reason };
  }
  const logKeys = opened.signatures.map(({ keyId }) => keyId);
  return { proven: true, origin, index: proof.index, size, root, logKeys, witnesses };
}

function witnessesOf(
  { cosignatures }: OpenedCheckpoint,
  policy: Policy,
): { name: string; time: bigint }[] {
  return [...policy.witnesses].flatMap(([name, { verifier }]) =>
    cosignatures
      .filter((one) => one.name === verifier.name && one.keyId === verifier.keyId)
      .map(({ time }) => ({ name, time })),
  );
}
