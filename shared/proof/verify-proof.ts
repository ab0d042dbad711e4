import type { JsonValue } from "../ledger/canonical-json.ts";
import { type OpenedCheckpoint, openCheckpoint } from "../ledger/checkpoint.ts";
import { verifyConsistency } from "../ledger/merkle.ts";
import { isQuorum, type Policy } from "../ledger/policy.ts";
import { PROOF_FAULTS, verifyProofFile } from "../ledger/proof-file.ts";
import { LedgerFormatError } from "../ledger/strict-text.ts";
import { contentHash } from "../ledger-store/content-fields.ts";
import { type Entry, parseEntry } from "../ledger-store/entry.ts";
import { type Continuation, type Proof, parseProof } from "./proof.ts";

/** Why a proof proves nothing. */
export const UNPROVEN = [...PROOF_FAULTS, "CONTENT_DIFFERS", "NOT_CONTINUED"] as const;
export type Unproven = (typeof UNPROVEN)[number];

/** Whose cosignature a checkpoint has, by the policy's name, and the Unix second that it tells. */
export interface WitnessedBy {
  name: string;
  time: bigint;
}

/** A tree that enough witnesses have seen. */
export interface WitnessedTree {
  size: bigint;
  witnesses: readonly WitnessedBy[];
  /** By when enough of them had seen it, in Unix seconds; null where the policy asks for none. */
  witnessedAt: bigint | null;
}

/** What is proven. */
export interface ProvenContent extends WitnessedTree {
  proven: true;
  origin: string;
  index: bigint;
  /** The ids of the log's keys that signed. */
  logKeys: readonly string[];
  entry: Entry;
  content: Readonly<Record<string, JsonValue>>;
  /** The later tree of the log that still begins with this one. */
  until: WitnessedTree | null;
}

export type ProofVerdict = ProvenContent | { proven: false; fault: Unproven; reason: string };

/**
 * Whether a proof shows that a log of the policy has an entry of exactly this content, and enough of
 * the policy's witnesses have seen it there. Needs nothing but the file: no key is taken from it.
 */
export function verifyProof(file: string | Uint8Array, policy: Policy): ProofVerdict {
  try {
    const proof = parseProof(file);
    return verified(file, proof, policy);
  } catch (error) {
    if (!(error instanceof LedgerFormatError)) throw error;
    const fault = error.fault === "UNKNOWN_KEY" ? "UNKNOWN_LOG" : error.fault;
    return { proven: false, fault, reason: error.message };
  }
}

function verified(file: string | Uint8Array, proof: Proof, policy: Policy): ProofVerdict {
  const report = verifyProofFile(file, Buffer.from(proof.entry), policy);
  if (!report.proven) return report;
  const entry = parseEntry(proof.entry);
  const hash = contentHash(proof.content);
  if (hash !== entry.content) {
    const reason = `the content has the hash ${hash}, and the entry in the log names ${entry.content}`;
    return { proven: false, fault: "CONTENT_DIFFERS", reason };
  }
  const { origin, index, size, root, logKeys, witnesses } = report;
  const until = proof.until && continued({ origin, size, root }, proof.until, policy);
  if (until && "fault" in until) return { proven: false, ...until };
  const content = JSON.parse(proof.content) as ProvenContent["content"];
  const witnessedAt = quorumTime(witnesses, policy);
  return {
    ...{ proven: true, origin, index, size, logKeys, witnesses, witnessedAt },
    ...{ entry, content, until },
  };
}

/** The later tree, where it begins with the former and is as well witnessed. */
function continued(
  former: { origin: string; size: bigint; root: Buffer },
  { checkpoint: note, path }: Continuation,
  policy: Policy,
): WitnessedTree | { fault: Unproven; reason: string } {
  const later = openCheckpoint(note, {
    logs: policy.logs.map(({ verifier }) => verifier),
    witnesses: [...policy.witnesses.values()].map(({ verifier }) => verifier),
  });
  const { origin, size, root } = later.checkpoint;
  const claim = { oldSize: former.size, newSize: size, oldRoot: former.root, newRoot: root };
  if (origin !== former.origin || !verifyConsistency(claim, path)) {
    const reason = `the tree of ${size} does not begin with that of ${former.size}`;
    return { fault: "NOT_CONTINUED", reason };
  }
  const witnesses = witnessesOf(later, policy);
  if (!isQuorum(policy, new Set(witnesses.map(({ name }) => name)))) {
    const reason = `${witnesses.length} of the policy's witnesses have seen the tree of ${size}: not enough`;
    return { fault: "QUORUM_NOT_REACHED", reason };
  }
  return { size, witnesses, witnessedAt: quorumTime(witnesses, policy) };
}

/** The policy's witnesses among the cosignatures. */
export function witnessesOf({ cosignatures }: OpenedCheckpoint, policy: Policy): WitnessedBy[] {
  return [...policy.witnesses].flatMap(([name, { verifier }]) =>
    cosignatures
      .filter((one) => one.name === verifier.name && one.keyId === verifier.keyId)
      .map(({ time }) => ({ name, time })),
  );
}

/** By when those were enough that had seen it by then. */
export function quorumTime(witnesses: readonly WitnessedBy[], policy: Policy): bigint | null {
  if (policy.quorum === null) return null;
  const names = new Set<string>();
  for (const { name, time } of witnesses.toSorted((a, b) => (a.time < b.time ? -1 : 1))) {
    names.add(name);
    if (isQuorum(policy, names)) return time;
  }
  return null;
}
