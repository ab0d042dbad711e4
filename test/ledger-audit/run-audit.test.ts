import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import type { AuditDeviation } from "../../shared/ledger-audit/findings.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type AuditReport, auditEvery, runAudit } from "../../start/run-audit.ts";
import { newLogKeys } from "../ledger-store/sequenced-log.ts";
import { type AuditedTown, openAuditedTown, SERVICES } from "./audited-town.ts";
import { BusyTown } from "./busy-town.ts";

const PAST_TRIGGERS = "SET session_replication_role = replica";
let audited: AuditedTown;
let folder: string;
beforeAll(async () => {
  audited = await openAuditedTown();
  folder = await mkdtemp(join(tmpdir(), "audit-"));
  await new BusyTown(audited, new Random("run audit", "a day")).live(40);
  await audited.caughtUp();
}, 60_000);
afterAll(async () => {
  await audited?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Whom the audit believes: given to it, and not found where it looks. */
function policyText(): string {
  const logs = SERVICES.flatMap((service) => audited.keys[service].signers);
  return [...logs.map(({ verifierKey }) => `log ${verifierKey}`), "quorum none", ""].join("\n");
}

function options(more: Record<string, string> = {}) {
  const urls = SERVICES.map((service) => [
    `${service.toUpperCase()}_DATABASE_URL`,
    audited.databases[service].appUrl,
  ]);
  return {
    environment: { ...Object.fromEntries(urls), DATA_DIR: folder, WITNESSES: "none", ...more },
    ...{ notice: () => undefined, services: SERVICES, limit: 100, logsOnly: false },
    policyText: policyText(),
  };
}

async function audit(): Promise<{ report: AuditReport; found: AuditDeviation[] }> {
  const found: AuditDeviation[] = [];
  const report = await runAudit({ ...options(), onDeviation: (one) => found.push(one) });
  return { report, found };
}

/** Changes a row of Manufacturing, and changes it back. */
async function changed<T>([there, back]: readonly [string, string], work: () => Promise<T>) {
  const { admin } = audited.databases.manufacturing;
  await admin(`BEGIN; ${PAST_TRIGGERS}; ${there}; COMMIT`);
  try {
    return await work();
  } finally {
    await admin(`BEGIN; ${PAST_TRIGGERS}; ${back}; COMMIT`);
  }
}

const REVISION = [
  "UPDATE device_revision SET lot_code = lot_code || ' ' WHERE serial_number = 'SN-1' AND revision = 1",
  "UPDATE device_revision SET lot_code = trim(lot_code) WHERE serial_number = 'SN-1' AND revision = 1",
] as const;
const OTHER_REVISION = [
  REVISION[0].replace("SN-1", "SN-2"),
  REVISION[1].replace("SN-1", "SN-2"),
] as const;
const DEVICE = [
  "UPDATE device SET lot_code = lot_code || ' ' WHERE serial_number = 'SN-1'",
  "UPDATE device SET lot_code = trim(lot_code) WHERE serial_number = 'SN-1'",
] as const;

describe("an audit of all services", () => {
  test("finds nothing where nothing is, and says what it could not look at", async () => {
    const { report, found } = await audit();
    expect(found).toEqual([]);
    expect(report.deviations).toBe(0);
    expect(report.services.map(({ service, verdict }) => [service, verdict])).toEqual(
      SERVICES.map((service) => [service, "everything agrees"]),
    );
    for (const { isPinned, notes, entries, pending, rows, marks } of report.services) {
      expect(isPinned).toBe(true);
      expect(entries).toBeGreaterThan(3);
      expect(rows).toBe(entries + pending - marks);
      expect(notes).toEqual([
        "no witness was asked: an older backup in its place would not be seen",
      ]);
    }
  });

  test("names the device and the revision of a row that was changed", async () => {
    const { report, found } = await changed(REVISION, audit);
    expect(found).toContainEqual({
      service: "manufacturing",
      code: "ROW_DIFFERS",
      device: "SN-1",
      revision: 1,
      entry: expect.stringMatching(/^revision\/\d+\/1$/),
      index: expect.any(Number),
      detail: "the content of the row is other than was entered",
    });
    expect(report.deviations).toBe(found.length);
  });

  test("names the device that is read otherwise than its revisions say", async () => {
    const { found } = await changed(DEVICE, audit);
    expect(found.map(({ code, device }) => [code, device])).toContainEqual([
      "PROJECTION_DIFFERS",
      "SN-1",
    ]);
  });

  test("believes no key that it was not given", async () => {
    const found: AuditDeviation[] = [];
    const logs = SERVICES.flatMap((service) => newLogKeys(service).signers);
    const text = [...logs.map(({ verifierKey }) => `log ${verifierKey}`), "quorum none"].join("\n");
    await runAudit({ ...options(), policyText: text, onDeviation: (one) => found.push(one) });
    // The newest checkpoint, and the key that signs them all.
    expect(found.map(({ service, code }) => [service, code])).toEqual(
      SERVICES.flatMap((service) => Array(2).fill([service, "CHECKPOINT_UNSIGNED"])),
    );
  });
});

describe("audits on a schedule", () => {
  test("tell of each deviation once, and go on", async () => {
    const alerts = join(folder, "alerts");
    const reports: AuditReport[] = [];
    const lines: string[] = [];
    const stopping = new AbortController();
    setLogWriter((line) => void lines.push(line));
    await changed(REVISION, async () => {
      const going = auditEvery({
        ...options({ AUDIT_ALERT_COMMAND: `cat >> '${alerts}'` }),
        ...{ everyMs: 100, until: stopping.signal, logsOnly: true },
        onReport: (report) => void reports.push(report),
      });
      while (reports.length < 2) await pause(50);
      const before = reports.length;
      await changed(OTHER_REVISION, async () => {
        while (reports.length < before + 2) await pause(50);
      });
      stopping.abort();
      await going;
    });
    setLogWriter(() => undefined);
    const events = lines.map((line) => JSON.parse(line).event);
    expect(events.slice(0, 3)).toEqual([
      ...["audit-found-deviation", "audit-finished", "audit-finished"],
    ]);
    expect(events.filter((event) => event === "audit-found-deviation")).toHaveLength(2);
    await pause(200);
    const told = (await readFile(alerts, "utf8")).trimEnd().split("\n");
    expect(told.map((line) => JSON.parse(line).device)).toEqual(["SN-1", "SN-2"]);
  });
});
