import { access, readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { verifyProof } from "../../shared/proof/verify-proof.ts";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { manifestPath } from "../export/manifest.ts";
import { verifyExport } from "../export/verify-export.ts";
import { listOption } from "../option-values.ts";
import { note, plural, print, printable, printJson } from "../output.ts";
import { notReadable } from "../read-text.ts";
import { deviceProof } from "../verify/device-proof.ts";
import { COMMITTED_COLUMNS, PROOF_COLUMN, verifyExportProofs } from "../verify/export-proofs.ts";
import { proofJson, provenLines } from "../verify/proof-report.ts";
import { readTrust, type Trust, type TrustOptions } from "../verify/trusted-keys.ts";

const DESCRIPTION = `Verifies a proof (a .tlog-proof file), an export with its manifest, or a device's last revision,
and says in plain words what is proven. Files are verified offline; a device's proof is fetched
from the gateway first.

Whom to believe is yours to say, and never taken from what is verified: a policy file of log and
witness keys (--policy or LEDGER_POLICY; \`tracegraph ledger keys\` prints one, and the data folder
of a system on this machine has one), or the keys themselves (--log, --witness). Exit code 1 where
something is not proven.

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
  const trust = await readTrust(options);
  if (await isThere(what)) return tellProof(await proofIn(what), { ...options, trust });
  if (/[/\\]|\.tlog-proof$/.test(what))
    throw notReadable(what, { code: "ENOENT" } as NodeJS.ErrnoException);
  const { gateway } = await connect(options, ["support"]);
  const { text, assertIsAsked } = await deviceProof(gateway, what);
  if (options.save) await writeFile(options.save, text, { flag: "wx" });
  const verdict = verifyProof(text, trust.policy);
  // The gateway may have sent another device's proof.
  if (verdict.proven) assertIsAsked(verdict);
  return tellProof(text, { ...options, trust });
}

async function proofIn(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw notReadable(path, error);
  });
}

function tellProof(text: string | Buffer, { trust, json }: { trust: Trust; json?: boolean }): void {
  const verdict = verifyProof(text, trust.policy);
  if (json) printJson(proofJson(verdict));
  if (!verdict.proven) {
    throw new CliError("NOT_PROVEN", `${verdict.fault}: ${printable(verdict.reason)}`);
  }
  if (json) return;
  print(provenLines(verdict, trust.policy).join("\n"));
  note(`believed: the logs and witnesses of ${trust.from}`);
}

/** The file against its manifest, and each row against its proof, where rows have one. */
async function verifyFileOfExport(file: string, options: VerifyOptions): Promise<void> {
  const { manifest, rows, sha256, bytes } = await verifyExport(file);
  const whole = { file, isWhole: true, rows: rows ?? manifest.rows, bytes, sha256 };
  const hasProofs = manifest.columns.some(({ name }) => name === PROOF_COLUMN);
  if (!hasProofs) {
    if (options.json) return printJson(whole);
    print(`WHOLE: ${printable(file)}`);
    note(
      `${plural(manifest.rows, "row")} as of ${manifest.moment}, SHA-256 ${sha256}; its rows have no proofs`,
    );
    return;
  }
  const { policy, from } = await readTrust(options);
  const proven = await verifyExportProofs(file, manifest, policy);
  if (options.json) return printJson({ ...whole, proven });
  const { withoutProof, origins, witnessedBy, until } = proven;
  print(`PROVEN: ${plural(proven.rows - withoutProof, "row")} of ${printable(file)}`);
  print(
    `  each row says what stands in the log ${origins.join(" and ")}, but for ${COMMITTED_COLUMNS.join(", ")}, which are commitments there`,
  );
  if (witnessedBy !== null) print(`  all of it in the log by ${witnessedBy}, say the witnesses`);
  if (until !== null)
    print(`  the log of ${until} entries still begins with all that was there then`);
  print("  not proven: that no row is missing, and that what was recorded was true");
  if (withoutProof > 0)
    print(
      `NOT PROVEN: ${plural(withoutProof, "row")} without a proof, too new when it was exported`,
    );
  note(
    `${plural(manifest.rows, "row")} as of ${manifest.moment}, SHA-256 ${sha256}; believed: ${from}`,
  );
  if (withoutProof > 0)
    throw new CliError("NOT_PROVEN", `${plural(withoutProof, "row")} of ${file} have no proof`);
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
