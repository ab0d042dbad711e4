import { sequencerRole } from "../ledger-store/ledger-tables.ts";
import type { SignedTree } from "../ledger-store/sequencer.ts";
import { log as writeLog } from "../log.ts";
import { Database } from "../postgres/database.ts";
import { askWitnessesFirst, WitnessesUnheard } from "./ask-witnesses-first.ts";
import { CheckpointSubmission } from "./checkpoint-submission.ts";
import { type WitnessAddress, type WitnessPolicy, witnessesToHear } from "./witness-addresses.ts";
import { WitnessClient } from "./witness-client.ts";
import { WitnessMemory } from "./witness-memory.ts";
import { WitnessedLogStore } from "./witnessed-log.store.ts";

export interface WitnessingOptions {
  service: string;
  origin: string;
  /** A login that is, or may become, the sequencer's role. */
  databaseUrl: string;
  /** Resolves when it is known where the witnesses are. */
  policy: Promise<WitnessPolicy>;
  /** Remembers who has cosigned, beside the log's key; null: the database alone does. */
  memoryFile: string | null;
  everyMs?: number;
}

/** A log and its witnesses, in the process that signs for it. */
export interface Witnessing {
  /** Rejects where nothing may be signed. From the first success on this process gives checkpoints to witnesses. */
  beforeFirstSignature(tree: SignedTree): Promise<void>;
  close(): Promise<void>;
}

/** Whoever signs waits no longer for witnesses that are still being started: it tries again. */
const KNOWN_MS = 2_000;

/** Asks a log's witnesses before it signs, and has them cosign what it has signed. */
export function openWitnessing(options: WitnessingOptions): Witnessing {
  const { service, origin, databaseUrl: url, policy, everyMs } = options;
  const database = new Database({ url, role: sequencerRole(service), poolSize: 2 });
  const log = new WitnessedLogStore(origin, database.tenant("*"));
  const memory = new WitnessMemory(options.memoryFile);
  const hasCosigned = hasCosignedBefore(log, memory);
  const known = policy.then((found) => ({
    atLeast: witnessesToHear(found),
    witnesses: found.witnesses.map((address) => new WitnessClient(address)),
  }));
  known.catch(() => undefined);
  let submission: CheckpointSubmission | null = null;
  let isClosed = false;
  return {
    async beforeFirstSignature({ size, root }) {
      const { witnesses, atLeast } = await within(known, KNOWN_MS);
      const stored = { origin, state: { size, root }, tree: log.tree(size) };
      await askWitnessesFirst(stored, { witnesses, atLeast, hasCosigned });
      if (isClosed) return;
      submission ??= new CheckpointSubmission(log, {
        witnesses: () => witnesses,
        onCosigned: ({ vkey }) => memory.note(vkey),
        ...(everyMs !== undefined && { everyMs }),
      });
    },
    async close() {
      isClosed = true;
      await submission?.close();
      await database.close();
    },
  };
}

/** Is asked of those who say that they have seen nothing: who has cosigned before must not say so. */
function hasCosignedBefore(
  log: WitnessedLogStore,
  memory: WitnessMemory,
): (witness: WitnessAddress) => Promise<boolean> {
  const told = new Set<string>();
  return async ({ name, vkey }) => {
    if (!(await memory.has(vkey)) && !(await log.hasCosigned(vkey))) return false;
    if (!told.has(vkey)) {
      writeLog("ERROR", "witness-forgets", { origin: log.origin, witness: name });
    }
    told.add(vkey);
    return true;
  };
}

/** Rejects where the witnesses of this machine do not start in time. */
export async function within<T>(known: Promise<T>, mostMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new WitnessesUnheard("no witness has started yet")), mostMs);
  });
  try {
    return await Promise.race([known, late]);
  } finally {
    clearTimeout(timer);
  }
}
