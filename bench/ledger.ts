import "reflect-metadata";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { runDemo } from "../demo/run-demo.ts";
import { setLogWriter } from "../shared/log.ts";
import { startEmbeddedPostgres } from "../shared/postgres/embedded/embedded-postgres.ts";
import { openSecrets } from "../start/data-folder-secrets.ts";
import { type Databases, migrateAll, openDatabases } from "../start/databases.ts";
import { openLogKeys } from "../start/ledger-keys.ts";
import { witnessesOf } from "../start/log-witnesses.ts";
import { policyText } from "../start/policy-text.ts";
import { type AppendParts, measureAppends } from "./ledger/appends.ts";
import { type AuditFigures, measureAudit } from "./ledger/audited.ts";
import { LogFacts } from "./ledger/log-facts.store.ts";
import { startLogged } from "./ledger/logged-service.ts";
import { readOptions } from "./ledger/options.ts";
import { measureProofs } from "./ledger/proofs.ts";
import { recordDevices } from "./ledger/recorder.ts";
import { aimVerdicts } from "./ledger/report.ts";
import { measureWitnessed } from "./ledger/witnessed.ts";

const notice = (line: string) => void process.stderr.write(`${line}\n`);
/** The demo factory's devices have four revisions each, and some more. */
const REVISIONS_A_DEVICE = 4;

/**
 * What the log costs and gives, in one run: `npm run bench:ledger`. A try takes a minute with
 * `--rows 5000 --rounds 1 --witness-seconds 5 --audit-entries 0`.
 */
async function main(): Promise<void> {
  const options = readOptions();
  setLogWriter((line) => (line.includes('"ERROR"') ? notice(line) : undefined));
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-ledger-"));
  const server = await startEmbeddedPostgres(dataFolder, { onNotice: notice });
  const databasePassword = async () => (await openSecrets(dataFolder)).databasePassword;
  // The server runs already, so it is joined here, and is stopped by us alone.
  const databases = await openDatabases({
    ...{ environment: {}, dataFolder, databasePassword, notice },
  });
  const logKeys = await openLogKeys({}, dataFolder);
  const system = witnessesOf({
    ...{ environment: {}, dataFolder, logKeys, isEmbedded: true, notice },
  });
  try {
    await migrateAll(databases);
    system.begin();
    const witnesses = await system.policy;
    if (!witnesses) throw new Error("there are no witnesses");
    const databaseUrl = databases.manufacturing.appUrl;
    const adminUrl = server.adminUrl("manufacturing");
    const facts = await LogFacts.open(adminUrl);
    const parts = { databaseUrl, adminUrl, keys: logKeys.manufacturing, witnesses, facts };
    notice("recording with the log on and off, and chaining");
    const appends = await measureAppends(parts, options);
    const sizes = await bytesPerEntry(facts);
    notice("watching commits until they are witnessed");
    const { service, close } = await startLogged(parts);
    await recordDevices(service, 1_000);
    const witnessed = await measureWitnessed(service, facts, options.witnessSeconds);
    await close();
    notice("making and verifying proofs");
    const { signers } = logKeys.manufacturing;
    const logs = signers.map(({ verifierKey }) => verifierKey);
    const proofs = await measureProofs(databaseUrl, facts, policyText({ ...witnesses, logs }));
    const audit = await audited(parts, { databases, dataFolder, entries: options.auditEntries });
    await facts.close();
    report({ appends, sizes, witnessed, proofs, audit });
  } finally {
    await system.close();
    await server.stop();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

async function bytesPerEntry(facts: LogFacts) {
  const size = await facts.size();
  const tables = await facts.bytes();
  const all = Object.values(tables).reduce((sum, bytes) => sum + bytes, 0);
  return {
    entry: Math.round(await facts.entryBytes()),
    onDisk: Math.round(all / size),
    byTable: Object.fromEntries(
      Object.entries(tables).map(([table, bytes]) => [table, Math.round(bytes / size)]),
    ),
  };
}

/** Fills the log up with a demo factory, then audits all of it. */
async function audited(
  parts: AppendParts,
  more: { databases: Databases; dataFolder: string; entries: number },
): Promise<(AuditFigures & { drainedPerSecond: number }) | null> {
  const { databases, dataFolder, entries } = more;
  if (entries === 0) return null;
  const { facts } = parts;
  const missing = entries - (await facts.size());
  const devices = Math.ceil(missing / REVISIONS_A_DEVICE);
  const before = await facts.size();
  if (devices > 0) {
    notice(`filling the log up to ${entries} entries`);
    await runDemo({
      ...{ devices, tenant: "demo", encryptionKey: randomBytes(32), secretPepper: randomBytes(32) },
      manufacturingUrl: databases.manufacturing.ownerUrl,
      ownershipUrl: databases.ownership.ownerUrl,
    });
  }
  await facts.enterTheRest();
  const { close } = await startLogged(parts);
  const began = performance.now();
  await facts.drained();
  const seconds = (performance.now() - began) / 1_000;
  await close();
  const size = await facts.size();
  notice(`auditing ${size} entries`);
  const audit = await measureAudit({ DATA_DIR: dataFolder }, size);
  return { ...audit, drainedPerSecond: Math.round((size - before) / seconds) };
}

function report(figures: Parameters<typeof aimVerdicts>[0]): void {
  const load = loadavg()[0]?.toFixed(1);
  const facts = { node: process.version, cores: cpus().length, load };
  const aims = aimVerdicts(figures);
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify({ ...facts, ...figures, aims }, null, 2)}\n`);
    return;
  }
  process.stdout.write(`${JSON.stringify({ ...facts, ...figures }, null, 2)}\n`);
  for (const { aim, measured, isMet } of aims) {
    process.stdout.write(`${isMet ? "met   " : "missed"}  ${aim}: ${measured}\n`);
  }
}

await main();
