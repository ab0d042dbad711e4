import { isCosignature, timeOfCosignature } from "./cosignature.ts";
import { HASH_BYTES, type Hash } from "./merkle.ts";
import {
  assertKeyName,
  isKeyName,
  type NoteSignature,
  type NoteVerifier,
  openNote,
} from "./note.ts";
import { LedgerFormatError, malformed, parseDecimal, parseHash } from "./strict-text.ts";

/** What a log says of its tree (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** The log, by the name of its key: a URL without scheme and closing slash. */
  origin: string;
  size: bigint;
  root: Hash;
}

/** A checkpoint that its log has signed. */
export interface OpenedCheckpoint {
  checkpoint: Checkpoint;
  text: string;
  /** The keys of the log that signed it: two while a key is being replaced. */
  signatures: NoteSignature[];
  cosignatures: (NoteSignature & { time: bigint })[];
}

/** Three lines: origin, size, root. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  if (size < 0n || root.length !== HASH_BYTES) throw new RangeError(`no tree of ${size} leaves`);
  return `${assertKeyName(origin)}\n${size}\n${root.toString("base64")}\n`;
}

/** Reads the text of a checkpoint. Our logs write no extension lines, so a fourth line is refused. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, end, ...more] = text.split("\n");
  if (origin === undefined || size === undefined || root === undefined) {
    return malformed("the checkpoint is not three lines");
  }
  if (end !== "" || more.length > 0) return malformed("the checkpoint is not three lines");
  if (!isKeyName(origin)) return malformed("the checkpoint's origin is empty or has a space");
  return {
    origin,
    size: parseDecimal(size, "the checkpoint's size"),
    root: parseHash(root, "the checkpoint's root"),
  };
}

/** Reads a signed checkpoint: one of the log's keys, which bears the origin's name, has signed it. */
export function openCheckpoint(
  note: string | Uint8Array,
  { logs, witnesses = [] }: { logs: readonly NoteVerifier[]; witnesses?: readonly NoteVerifier[] },
): OpenedCheckpoint {
  const { text, signatures } = openNote(note, [...logs, ...witnesses]);
  const checkpoint = parseCheckpoint(text);
  const isOfLog = ({ name, keyId }: NoteSignature): boolean =>
    logs.some((log) => log.name === name && log.keyId === keyId);
  const ofLog = signatures.filter((one) => isOfLog(one) && one.name === checkpoint.origin);
  if (ofLog.length === 0) {
    throw new LedgerFormatError("UNKNOWN_KEY", "no known key of its log signed the checkpoint");
  }
  const cosignatures = signatures
    .filter((one) => !isOfLog(one) && isCosignature(one.signature))
    .map((one) => ({ ...one, time: timeOfCosignature(one.signature) }));
  return { checkpoint, text, signatures: ofLog, cosignatures };
}
