import { access, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseVerifierKey, SIGNATURE_TYPE } from "../../shared/ledger/note.ts";
import { type Policy, parsePolicy } from "../../shared/ledger/policy.ts";
import { LedgerFormatError } from "../../shared/ledger/strict-text.ts";
import { CliError } from "../cli-error.ts";
import { dataFolder } from "../development-token.ts";
import { readUtf8 } from "../read-text.ts";

/** How a command is told whom to believe. Nothing that is verified ever tells it. */
export interface TrustOptions {
  policy?: string;
  log: string[];
  witness: string[];
  quorum?: string;
}

/** Whom to believe, and who said so. */
export interface Trust {
  policy: Policy;
  from: string;
}

/** What a system on this machine writes into its data folder for the commands beside it. */
const OWN_POLICY = "ledger-policy";

/**
 * The logs and witnesses that are believed: those named on the command line, or those of a policy
 * file (--policy, LEDGER_POLICY, or what the system of DATA_DIR has written). Without any, whoever
 * asks his own system about a device believes the data folder here; a file proves nothing by a
 * folder that may have come along with it.
 */
export async function readTrust(
  options: TrustOptions,
  { isFile }: { isFile: boolean },
): Promise<Trust> {
  const { log, witness, quorum } = options;
  if (log.length > 0) {
    if (options.policy) throw new CliError("USAGE", "give either --policy or --log");
    return { policy: parsed(policyOf(log, witness, quorum), "--log"), from: "--log" };
  }
  if (witness.length > 0 || quorum !== undefined) {
    throw new CliError("USAGE", "--witness and --quorum go with --log; a policy file has its own");
  }
  const path = options.policy || process.env.LEDGER_POLICY || (await ownPolicy(isFile));
  return { policy: parsed(await readUtf8(path), path), from: path };
}

async function ownPolicy(isFile: boolean): Promise<string> {
  const folder = dataFolder();
  const path = join(folder, OWN_POLICY);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new CliError("NO_POLICY", "nobody is trusted yet: no log's key is given");
  if (process.env.DATA_DIR || (!isFile && (await isOwnDataFolder(folder)))) return path;
  const reason = `nobody is trusted yet: ${path} is here, but may have come along with the file`;
  throw new CliError("NO_POLICY", isFile ? reason : `nobody is trusted yet: ${path} is not yours`, {
    advice: `Where you believe it, say so: --policy ${path}`,
  });
}

/** What a system with its own database keeps in its data folder. */
const OPEN_FILES = ["cluster.json", OWN_POLICY];
const PRIVATE_FILES = ["secrets.json", "credentials.json"];

/** Whether a system that this user runs has made the folder: any folder may be called `data`. */
async function isOwnDataFolder(folder: string): Promise<boolean> {
  const user = process.geteuid?.();
  const isOwn = async (path: string, closed: number) => {
    const { uid, mode } = await stat(path);
    return uid === user && (mode & closed) === 0;
  };
  const checks = [
    isOwn(folder, 0o002),
    ...OPEN_FILES.map((name) => isOwn(join(folder, name), 0o002)),
    ...PRIVATE_FILES.map((name) => isOwn(join(folder, name), 0o077)),
  ];
  return Promise.all(checks).then(
    (all) => all.every(Boolean),
    () => false,
  );
}

function parsed(text: string, from: string): Policy {
  try {
    return parsePolicy(text);
  } catch (error) {
    if (!(error instanceof LedgerFormatError)) throw error;
    throw new CliError("USAGE", `${from}: ${error.message}`);
  }
}

/** A policy of these keys. All of the witnesses must have seen a tree unless a number is given. */
function policyOf(logs: readonly string[], witnesses: readonly string[], quorum?: string): string {
  for (const vkey of logs) assertKey(vkey, "--log", SIGNATURE_TYPE.ED25519);
  for (const vkey of witnesses) assertKey(vkey, "--witness", SIGNATURE_TYPE.COSIGNATURE);
  const lines = [
    ...logs.map((vkey) => `log ${vkey}`),
    ...witnesses.map((vkey) => `witness ${nameOf(vkey)} ${vkey}`),
  ];
  if (witnesses.length === 0) return `${[...lines, "quorum none"].join("\n")}\n`;
  const group = `group enough ${quorum ?? "all"} ${witnesses.map(nameOf).join(" ")}`;
  return `${[...lines, group, "quorum enough"].join("\n")}\n`;
}

function nameOf(vkey: string): string {
  return parseVerifierKey(vkey).name;
}

function assertKey(vkey: string, option: string, type: number): void {
  try {
    if (parseVerifierKey(vkey).type === type) return;
  } catch (error) {
    if (!(error instanceof LedgerFormatError)) throw error;
    throw new CliError("USAGE", `${option}: ${error.message}`);
  }
  throw new CliError("USAGE", `${option}: ${vkey} is a key of the other kind`);
}
