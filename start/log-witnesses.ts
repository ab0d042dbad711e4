import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { LedgerConfig } from "../shared/ledger-store/ledger.ts";
import { witnessMemoryFile } from "../shared/ledger-store/log-keys.ts";
import { log } from "../shared/log.ts";
import {
  USUAL_QUORUM,
  type WitnessAddress,
  type WitnessPolicy,
  witnessesText,
} from "../shared/witnessing/witness-addresses.ts";
import { openWitnessing, type Witnessing, within } from "../shared/witnessing/witnessing.ts";
import { readWitnessSettings } from "./config.ts";
import type { AllLogKeys } from "./ledger-keys.ts";
import { type OwnWitnesses, prepareOwnWitnesses } from "./own-witnesses.ts";
import { policyText } from "./policy-text.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a service's log is signed with, and where its database is. */
export type SignedLog = Pick<LedgerConfig, "keys"> & { service: string; databaseUrl: string };

/** The witnesses of the logs that this process signs. */
export interface LogWitnesses {
  /** How many make a checkpoint witnessed. */
  quorum: number;
  /** The log with its witnesses: they are asked before it signs, and given what it has signed. */
  ledgerOf(log: SignedLog): LedgerConfig;
  /** After the services: what was signed last may still be on its way to them. */
  close(): Promise<void>;
}

/** Witnesses of which some are still to start: how many are enough is known before where they are. */
export interface ComingWitnesses {
  quorum: number;
  /** Resolves once it is known where they are; null where nobody cosigns. */
  policy: Promise<WitnessPolicy> | null;
}

/** None, or no policy, is for a log without witnesses: nobody but its operator says what it was. */
export function openLogWitnesses(
  witnesses: WitnessPolicy | ComingWitnesses | null,
  /** How often a new checkpoint is looked for: tests do not wait as long. */
  { everyMs }: { everyMs?: number } = {},
): LogWitnesses {
  const opened: Witnessing[] = [];
  const policy =
    witnesses && ("policy" in witnesses ? witnesses.policy : Promise.resolve(witnesses));
  if (policy === null) log("WARN", "logs-without-witnesses", {});
  return {
    quorum: witnesses?.quorum ?? USUAL_QUORUM,
    ledgerOf({ keys, service, databaseUrl }) {
      if (policy === null) return { keys };
      const witnessing = openWitnessing({
        ...{ service, databaseUrl, origin: keys.origin, policy },
        memoryFile: witnessMemoryFile(keys),
        ...(everyMs !== undefined && { everyMs }),
      });
      opened.push(witnessing);
      return { keys, beforeFirstSignature: (tree) => witnessing.beforeFirstSignature(tree) };
    },
    async close() {
      await Promise.all(opened.map((witnessing) => witnessing.close()));
    },
  };
}

/** Processes that are told where the witnesses are wait so long for those of this machine, and no longer. */
const STARTED_MS = 60_000;

export interface OneProcessOptions {
  environment: Environment;
  dataFolder: string;
  logKeys: AllLogKeys;
  /** Whether the data folder's own server has the databases: then it has witnesses of its own too. */
  isEmbedded: boolean;
  notice: (line: string) => void;
}

/** The witnesses of a system in one place. */
export interface SystemWitnesses extends ComingWitnesses {
  /** Starts those that are the system's own. */
  begin(): void;
  /** What names them to a process that is started. */
  environment(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

/** The witnesses that the environment names, or else those of the data folder. */
export function witnessesOf(options: OneProcessOptions): SystemWitnesses {
  const { environment, dataFolder, logKeys, isEmbedded } = options;
  const settings = readWitnessSettings(environment);
  const own = settings.usesOwn && isEmbedded ? ownWitnesses(options) : null;
  const policy = settings.policy ? Promise.resolve(settings.policy) : (own?.policy ?? null);
  let isClosed = false;
  let keeping: Promise<void> = Promise.resolve();
  const keep = ({ witnesses, quorum }: WitnessPolicy) => {
    if (!isClosed) keeping = keepPolicy(dataFolder, { logKeys, witnesses, quorum });
    return keeping;
  };
  (policy ?? Promise.resolve({ witnesses: [], quorum: USUAL_QUORUM })).then(keep).catch((error) => {
    // Whoever ends a system while its witnesses start wants none.
    if (!isClosed) log("ERROR", "witnesses-not-started", { reason: String(error) });
  });
  return {
    quorum: settings.policy?.quorum ?? USUAL_QUORUM,
    policy,
    begin: () => own?.begin(),
    async environment() {
      const found = policy && (await within(policy, STARTED_MS));
      if (!found) return { WITNESSES: "none" };
      return { WITNESSES: witnessesText(found), WITNESS_QUORUM: String(found.quorum) };
    },
    async close() {
      isClosed = true;
      await own?.close();
      await keeping.catch(() => undefined);
    },
  };
}

function ownWitnesses({ dataFolder, logKeys, notice }: OneProcessOptions): OwnWitnesses {
  const logs = Object.values(logKeys).flatMap(({ signers }) =>
    signers.map(({ verifierKey }) => verifierKey),
  );
  const { origin } = logKeys.manufacturing;
  notice("two witnesses run beside it, on this machine: they show a mistake, but not an operator");
  notice("who means it: let others run some, and name them in WITNESSES (docs/ledger.md)");
  return prepareOwnWitnesses({
    dataFolder: join(dataFolder, "witnesses"),
    prefix: origin.slice(0, origin.lastIndexOf("/")),
    logs,
  });
}

/** The file in which a data folder keeps whom the commands beside it believe. */
export const POLICY_FILE = "ledger-policy";

interface Believed {
  logKeys: AllLogKeys;
  witnesses: readonly WitnessAddress[];
  quorum: number;
}

/** What was believed before stays: old proofs are of keys that sign no more. */
async function keepPolicy(
  dataFolder: string,
  { logKeys, witnesses, quorum }: Believed,
): Promise<void> {
  await mkdir(dataFolder, { recursive: true });
  const path = join(dataFolder, POLICY_FILE);
  const before = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  const logs = Object.values(logKeys).flatMap(({ signers }) =>
    signers.map(({ verifierKey }) => verifierKey),
  );
  const text = policyText({ logs, witnesses, quorum, before });
  if (text === before) return;
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text);
  await rename(draft, path);
}
