import { access, readFile } from "node:fs/promises";
import { Command } from "commander";
import { PROOF_SUFFIX } from "../../shared/proof/proof.ts";
import { type ProofVerdict, verifyProof } from "../../shared/proof/verify-proof.ts";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { manifestPath } from "../export/manifest.ts";
import { verifyExport } from "../export/verify-export.ts";
import { newFile } from "../new-file.ts";
import { listOption } from "../option-values.ts";
import { note, plural, print, printable, printJson } from "../output.ts";
import { notReadable } from "../read-text.ts";
import { deviceProof } from "../verify/device-proof.ts";
import { PROOF_COLUMN, provenExportLines, verifyExportProofs } from "../verify/export-proofs.ts";
import { proofJson, provenLines } from "../verify/proof-report.ts";
import { readTrust, type Trust, type TrustOptions } from "../verify/trusted-keys.ts";

const DESCRIPTION = `Verifies a proof (a .tlog-proof file), an export with its manifest, or a device's last revision,
and says in plain words what is proven. Files are verified offline; a device's proof is fetched
from the gateway first.

Whom to believe is yours to say, and never taken from what is verified: a policy file of log and
witness keys (--policy or LEDGER_POLICY; \`tracegraph ledger keys\` prints one, and the data folder
of a system on this machine has one: of DATA_DIR, or, for a device, your own ./data), or the keys
themselves (--log, --witness). A file that is here goes before a device of the same name. Exit
code 1 where something is not proven.

Examples:
  tracegraph verify SN-1.tlog-proof --policy factory.policy
  tracegraph verify revisions.ndjson --policy factory.policy
  tracegraph verify SN-000042 --save SN-000042.tlog-proof
  tracegraph verify SN-1.tlog-proof --log 'factory.example/manufacturing+530d903a+AekyeR…'`;

interface VerifyOptions extends ConnectionOptions, TrustOptions {
  save?: string;
}

export function verifyCommand(): Command {
  const command = new Command("verify")
    .description(DESCRIPTION)
    .argument("<what>", "a file, a connhexId, or a serial number")
    .option("--policy <file>", "the logs and witnesses that you believe (LEDGER_POLICY)")
    .addOption(listOption("--log <vkey>", "a log's key; may be given several times"))
    .addOption(listOption("--witness <vkey>", "a witness's key; may be given several times"))
    .option("--quorum <number>", "how many of the witnesses are enough; all unless given")
    .option("--save <file>", "of a device: where to keep its proof");
  return withConnection(command).action(verify);
}

async function verify(what: string, options: VerifyOptions): Promise<void> {
  if (await isThere(manifestPath(what))) return verifyFileOfExport(what, options);
  const isPath = isNameOfFile(what);
  const isFile = isPath || (await isThere(what));
  const trust = await readTrust(options, { isFile });
  if (isFile) {
    const verdict = verifyProof(await proofIn(what), trust.policy);
    tellProof(verdict, { ...options, trust, place: { file: what } });
    if (!isPath && !options.json)
      note(`${printable(what)} is a file here, and no device was asked`);
    return;
  }
  const { text, assertIsAsked } = await deviceProof(await connect(options, ["support"]), what);
  const verdict = verifyProof(text, trust.policy);
  // The gateway may have sent another device's proof.
  if (verdict.proven) assertIsAsked(verdict);
  if (options.save) await keep(options.save, text);
  return tellProof(verdict, { ...options, trust, place: { device: what } });
}

/** What can be no device: it is read as a file though none is there. */
function isNameOfFile(what: string): boolean {
  return /[/\\]/.test(what) || what.endsWith(PROOF_SUFFIX);
}

async function keep(path: string, text: string): Promise<void> {
  const file = await newFile(path, 0o644);
  await file.writeFile(text).finally(() => file.close());
}

async function proofIn(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw notReadable(path, error);
  });
}

interface Told {
  trust: Trust;
  /** Where the proof was: nobody takes a file's for one that the gateway gave. */
  place: { file: string } | { device: string };
  json?: boolean;
}

function tellProof(verdict: ProofVerdict, { trust, place, json }: Told): void {
  if (json) printJson({ ...place, ...proofJson(verdict), believed: trust.from });
  if (!verdict.proven) {
    throw new CliError("NOT_PROVEN", `${verdict.fault}: ${printable(verdict.reason)}`);
  }
  if (json) return;
  print(provenLines(verdict, trust.policy).join("\n"));
  const source = "file" in place ? `the file ${printable(place.file)}` : "what the gateway gave";
  note(`verified: ${source}`);
  note(`believed: the logs and witnesses of ${trust.from}`);
}

/** The file against its manifest, and each row against its proof, where rows have one. */
async function verifyFileOfExport(file: string, options: VerifyOptions): Promise<void> {
  const { manifest, rows, sha256, bytes } = await verifyExport(file);
  const whole = { file, isWhole: true, rows: rows ?? manifest.rows, bytes, sha256 };
  const hasProofs = manifest.columns.some(({ name }) => name === PROOF_COLUMN);
  if (!hasProofs) {
    if (options.json) return printJson({ ...whole, believed: null });
    print(`WHOLE: ${printable(file)}`);
    note(
      `${plural(manifest.rows, "row")} as of ${manifest.moment}, SHA-256 ${sha256}; its rows have no proofs`,
    );
    return;
  }
  const { policy, from } = await readTrust(options, { isFile: true });
  const proven = await verifyExportProofs(file, manifest, policy);
  if (options.json) printJson({ ...whole, proven, believed: from });
  else {
    print(provenExportLines(file, proven).map(printable).join("\n"));
    note(
      `${plural(manifest.rows, "row")} as of ${manifest.moment}, SHA-256 ${sha256}; believed: ${from}`,
    );
  }
  const { withoutProof } = proven;
  if (withoutProof > 0)
    throw new CliError("NOT_PROVEN", `${plural(withoutProof, "row")} of ${file} have no proof`);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
