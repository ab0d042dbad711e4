import type { Checkpoint } from "../shared/ledger/checkpoint.ts";
import { EMPTY_ROOT, type Hash, verifyConsistency } from "../shared/ledger/merkle.ts";

/** A checkpoint whose log's signature is good, and how it is said to follow on an older one. */
export interface AskedCosignature {
  oldSize: bigint;
  path: readonly Hash[];
  checkpoint: Checkpoint;
}

/** The last checkpoint of a log that this witness has cosigned. */
export interface Seen {
  size: bigint;
  root: Hash;
}

/** Why a checkpoint is not cosigned, with the status that c2sp.org/tlog-witness gives it. */
export type Refusal =
  | { status: 400 | 422; reason: string }
  | { status: 409; reason: string; size: bigint };

const NOTHING: Seen = { size: 0n, root: EMPTY_ROOT };

/** Judges whether a checkpoint goes on from the last one seen; null where it is to be cosigned. */
export function judge(asked: AskedCosignature, seen: Seen | null): Refusal | null {
  const { oldSize, path, checkpoint } = asked;
  const { size, root } = checkpoint;
  const last = seen ?? NOTHING;
  if (oldSize > size) {
    return { status: 400, reason: `the old size ${oldSize} is beyond the checkpoint's ${size}` };
  }
  if (oldSize !== last.size) {
    const reason = `the last size cosigned is ${last.size}, not ${oldSize}`;
    return { status: 409, reason, size: last.size };
  }
  if (size === 0n && !root.equals(EMPTY_ROOT)) {
    return { status: 422, reason: "an empty log has the root of nothing" };
  }
  if (oldSize === 0n) {
    return path.length === 0 ? null : { status: 422, reason: "nothing follows on an empty log" };
  }
  const claim = { oldSize, newSize: size, oldRoot: last.root, newRoot: root };
  if (verifyConsistency(claim, path)) return null;
  return {
    status: 422,
    reason: contradicts(checkpoint, last)
      ? `another root was cosigned for the size ${size}`
      : `the proof does not lead from the size ${oldSize} to ${size}`,
  };
}

/** Whether a log has signed two different trees of one size: nothing else explains it but a fork. */
export function contradicts(checkpoint: Checkpoint, seen: Seen | null): boolean {
  return seen !== null && checkpoint.size === seen.size && !checkpoint.root.equals(seen.root);
}
