import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LOG_SERVICES, logKeyFile, readLogKeys } from "../shared/ledger-store/log-keys.ts";
import { USUAL_QUORUM } from "../shared/witnessing/witness-addresses.ts";
import { readLedgerSettings, readStartConfig, readWitnessSettings } from "./config.ts";
import { POLICY_FILE } from "./log-witnesses.ts";
import { policyText } from "./policy-text.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whom outsiders are to believe, and the same as the text of a policy. */
export interface PublicPolicy {
  text: string;
  logs: string[];
  witnesses: string[];
  quorum: number;
}

/** The policy of the system on this machine: its data folder's, with what the environment names. */
export async function readPolicy(environment: Environment): Promise<PublicPolicy> {
  const { dataFolder } = readStartConfig(environment);
  const before = await readFile(join(dataFolder, POLICY_FILE), "utf8").catch(() => "");
  const { policy } = readWitnessSettings(environment);
  const logs = await logsOf(environment, dataFolder);
  if (before === "" && logs.length === 0) {
    throw new Error(
      "no keys of logs are here: name their folder (LEDGER_KEYS_DIR, or SERVICE_KEYS_DIR), or start the system",
    );
  }
  const quorum = policy?.quorum ?? USUAL_QUORUM;
  const text = policyText({ logs, witnesses: policy?.witnesses ?? [], quorum, before });
  const lines = text.split("\n").map((line) => line.split(" "));
  return {
    text,
    logs: lines.flatMap(([word, vkey = ""]) => (word === "log" ? [vkey] : [])),
    witnesses: lines.flatMap(([word, , vkey = ""]) => (word === "witness" ? [vkey] : [])),
    quorum,
  };
}

/** The public keys of the private ones that are on this machine. */
async function logsOf(environment: Environment, dataFolder: string): Promise<string[]> {
  const { keysFolder, keyFile } = readLedgerSettings(environment);
  const folder = keysFolder ?? environment.SERVICE_KEYS_DIR ?? join(dataFolder, "ledger");
  const vkeys: string[] = [];
  if (keyFile !== null) {
    vkeys.push(...readLogKeys(keyFile).signers.map(({ verifierKey }) => verifierKey));
  }
  for (const service of LOG_SERVICES) {
    const path = logKeyFile(folder, service);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    vkeys.push(...readLogKeys(path).signers.map(({ verifierKey }) => verifierKey));
  }
  return vkeys;
}
