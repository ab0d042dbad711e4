import type { Checkpoint } from "../ledger/checkpoint.ts";
import { consistencyPath, type SubtreeReader, verifyConsistency } from "../ledger/merkle.ts";
import { LogContradicted } from "../ledger-store/sequencer.ts";
import type { WitnessAddress } from "./witness-addresses.ts";
import type { WitnessClient } from "./witness-client.ts";
import type { LogState } from "./witnessed-log.ts";

/** Too few witnesses could be asked. */
export class WitnessesUnheard extends Error {
  override name = "WitnessesUnheard";
}

/** What a database says that its log is. */
export interface StoredLog {
  origin: string;
  state: LogState;
  tree: SubtreeReader;
}

export interface AskedWitnesses {
  witnesses: readonly WitnessClient[];
  atLeast: number;
  /** Whether it is known here that this witness has cosigned the log before. */
  hasCosigned: (witness: WitnessAddress) => Promise<boolean>;
}

/**
 * Asks witnesses what they saw of a log last, before anything is signed for it after a start. Throws
 * LogContradicted where one of them saw more than the database has, as it is after an old backup was put
 * back, or something else; WitnessesUnheard where fewer than `atLeast` answer. That it has seen nothing
 * is no answer of one that has cosigned: nobody signs that, so anybody on the way can say it.
 */
export async function askWitnessesFirst(
  stored: StoredLog,
  { witnesses, atLeast, hasCosigned }: AskedWitnesses,
): Promise<void> {
  const heard = await Promise.allSettled(
    witnesses.map(async (witness) => {
      const last = await witness.lastCheckpoint(stored.origin);
      if (last === null && (await hasCosigned(witness.address))) {
        throw new Error(`${witness.name} tells nothing of a log that it has cosigned`);
      }
      return { witness: witness.name, last };
    }),
  );
  for (const answer of heard) {
    if (answer.status === "fulfilled") await assertGoesOn(stored, answer.value);
  }
  const failures = heard.flatMap((answer) =>
    answer.status === "rejected" ? [String(answer.reason)] : [],
  );
  if (heard.length - failures.length >= atLeast) return;
  throw new WitnessesUnheard(
    `${heard.length - failures.length} of ${atLeast} witnesses answer: ${failures.join("; ")}`,
  );
}

async function assertGoesOn(
  { origin, state, tree }: StoredLog,
  { witness, last }: { witness: string; last: Checkpoint | null },
): Promise<void> {
  if (!last || last.size === 0n) return;
  if (last.size > state.size) {
    throw new LogContradicted(
      `the witness ${witness} has seen ${last.size} entries of the log ${origin}, and this database has ${state.size}: it is older than what was signed. ${WHAT_TO_DO}`,
    );
  }
  const claim = {
    ...{ oldSize: last.size, newSize: state.size },
    ...{ oldRoot: last.root, newRoot: state.root },
  };
  if (verifyConsistency(claim, await consistencyPath(last.size, state.size, tree))) return;
  throw new LogContradicted(
    `the first ${last.size} entries of the log ${origin} are not those that the witness ${witness} has seen: the database was changed, or is another's. ${WHAT_TO_DO}`,
  );
}

const WHAT_TO_DO =
  "Nothing is signed until the newer database is back (docs/ledger.md, Witnesses); where it is lost for good, begin a new log under another LEDGER_NAME.";
