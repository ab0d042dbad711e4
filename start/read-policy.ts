import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  LOG_SERVICES,
  logKeyFile,
  readEarlierKeys,
  readLogKeys,
} from "../shared/ledger-store/log-keys.ts";
import { USUAL_QUORUM } from "../shared/witnessing/witness-addresses.ts";
import { readLedgerSettings, readStartConfig, readWitnessSettings } from "./config.ts";
import { POLICY_FILE } from "./log-witnesses.ts";
import { policyText, readPolicyLines } from "./policy-text.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whom outsiders are to believe, and the same as the text of a policy. */
export interface PublicPolicy {
  text: string;
  logs: string[];
  witnesses: string[];
  quorum: number;
}

/**
 * The policy of the system on this machine: its data folder's, with what the environment names.
 * Outsiders get it without the witnesses of before: who believes them believes what they sign now.
 */
export async function readPolicy(
  environment: Environment,
  { withEarlier = true }: { withEarlier?: boolean } = {},
): Promise<PublicPolicy> {
  const { dataFolder } = readStartConfig(environment);
  const before = await readFile(join(dataFolder, POLICY_FILE), "utf8").catch(() => "");
  const known = readPolicyLines(before);
  const { policy } = readWitnessSettings(environment);
  const logs = [...new Set([...known.logs, ...(await logsOf(environment, dataFolder))])];
  if (logs.length === 0) {
    throw new Error(
      "no keys of logs are here: name their folder (LEDGER_KEYS_DIR, or SERVICE_KEYS_DIR), or start the system",
    );
  }
  const quorum = policy?.quorum ?? known.quorum ?? USUAL_QUORUM;
  const present = policy?.witnesses.map(({ vkey }) => vkey) ?? known.present;
  const witnesses = present.map((vkey) => ({ vkey }));
  const text = policyText({ logs, witnesses, quorum, ...(withEarlier && { before }) });
  return { text, logs, witnesses: readPolicyLines(text).witnesses, quorum };
}

/** The public keys of the private ones that are on this machine, and of those that were. */
async function logsOf(environment: Environment, dataFolder: string): Promise<string[]> {
  const { keysFolder } = readLedgerSettings(environment);
  const folder = keysFolder ?? environment.SERVICE_KEYS_DIR ?? join(dataFolder, "ledger");
  const vkeys: string[] = [];
  for (const service of LOG_SERVICES) {
    const path = logKeyFile(folder, service);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    vkeys.push(...(await readEarlierKeys(folder, service)));
    vkeys.push(...readLogKeys(path).signers.map(({ verifierKey }) => verifierKey));
  }
  return vkeys;
}
