import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "@jest/globals";
import { parsePolicy } from "../../shared/ledger/policy.ts";
import { startEmbeddedPostgres } from "../../shared/postgres/embedded/embedded-postgres.ts";
import { parseProof } from "../../shared/proof/proof.ts";
import { verifyProof } from "../../shared/proof/verify-proof.ts";
import { campaignSize } from "../support/campaign-size.ts";
import { ROOT, type RunningSystem, startSystem } from "../support/running-system.ts";
import { askerOf, CANARY, forEach, ownersIn, registerCanaries } from "./canary-owners.ts";
import { analyzed, filesWith, tablesWith } from "./search.ts";

const OWNERS = campaignSize({ suite: 16, long: 1_000 });
const PATIENCE_MS = campaignSize({ suite: 300_000, long: 1_800_000 });
const ERASE = `mutation ($ownerId: ID!) {
  eraseOwner(ownerId: $ownerId, reason: "asked for", overrideHold: false) { state } }`;
/** Those that are pending are among the last: they are completed in their order. */
const PENDING = `{ erasures(last: 500) { totalCount nodes { state } } }`;

const PROOFS = `query ($connhexId: ID!) {
  device(connhexId: $connhexId) { proof history { nodes { proof } } } }`;
/** Of how many owners' devices the proofs are kept. */
const PROVEN = 10;

/** What was built for this run, whatever is edited meanwhile. */
const BUILT = join(ROOT, "dist/cli/main.js");
const run = promisify(execFile);
let system: RunningSystem | undefined;
afterAll(() => system?.stop());

/** Where the cluster lies: not in the data folder where PostgreSQL's account cannot reach that. */
async function clusterOf(dataFolder: string): Promise<string> {
  const record = JSON.parse(await readFile(join(dataFolder, "cluster.json"), "utf8"));
  return record.relocatedTo ?? join(dataFolder, "postgres");
}

async function command(...words: string[]): Promise<string> {
  const environment = { ...process.env, NODE_OPTIONS: "", DATA_DIR: system?.dataFolder };
  const { stdout } = await run(process.execPath, [BUILT, ...words], {
    cwd: ROOT,
    env: environment,
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}

async function completed(asked: number): Promise<void> {
  const ask = askerOf(system as RunningSystem);
  for (;;) {
    const { erasures } = await ask("compliance", "officer", PENDING);
    const pending = erasures.nodes.filter(({ state }: { state: string }) => state === "PENDING");
    if (erasures.totalCount === asked && pending.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** The proofs of owners' devices, and of all of their revisions. */
async function proofsOfDevices(): Promise<string[]> {
  const ask = askerOf(system as RunningSystem);
  const proofs: string[][] = [];
  await forEach(PROVEN, async (number) => {
    const { device } = await ask("support", "proofs", PROOFS, { connhexId: `hex-c${number}` });
    const nodes = device.history.nodes.map(({ proof }: { proof: string }) => proof);
    proofs[number] = [device.proof, ...nodes];
  });
  return proofs.flat();
}

test(
  `nothing is left of ${OWNERS} owners who were erased: in no table, file, log or dump, and what was proven stays so`,
  async () => {
    system = await startSystem();
    const { dataFolder } = system;
    const server = await startEmbeddedPostgres(dataFolder);
    const adminUrl = server.adminUrl("postgres");
    const cluster = await clusterOf(dataFolder);
    const nowhere = async () => [
      ...(await filesWith(dataFolder, CANARY)),
      ...(cluster.startsWith(dataFolder) ? [] : await filesWith(cluster, CANARY)),
    ];
    await registerCanaries(system, OWNERS);
    const owners = await ownersIn(system, OWNERS);
    expect(owners.length).toBeGreaterThan(OWNERS);

    // The control: they are there, and are found.
    expect(await tablesWith(adminUrl, CANARY)).toContain("ownership public.owner");
    expect((await filesWith(join(cluster, "pg_wal"), CANARY)).length).toBeGreaterThan(0);

    // Statistics quote rows, and stay when those go.
    await analyzed(adminUrl);
    const proofs = await proofsOfDevices();
    const ask = askerOf(system);
    const [first = "", ...others] = owners;
    await forEach(others.length, async (number) => {
      await ask("compliance", `officer-${number % 20}`, ERASE, { ownerId: others[number] });
    });
    const by = ["--url", system.url, "--json"];
    const erased = await command("owner", "erase", first, "--reason", "asked for", ...by);
    expect(JSON.parse(erased)).toMatchObject({ ownerId: first, reason: "asked for" });
    await completed(owners.length);
    const listed = JSON.parse(await command("owner", "erasures", "--limit", "5", ...by));
    expect(listed).toMatchObject({ totalCount: owners.length, erasures: { length: 5 } });
    expect(listed.erasures[0]).toMatchObject({ ownerId: first, state: "COMPLETE" });
    expect(await tablesWith(adminUrl, CANARY)).toEqual([]);

    // Rows are gone, and the bytes of some are not: that is what purging is for.
    expect((await filesWith(join(cluster, "pg_wal"), CANARY)).length).toBeGreaterThan(0);
    const purged = JSON.parse(await command("owner", "purge", "--json"));
    expect(purged.logFiles).toBeGreaterThan(0);
    expect(await nowhere()).toEqual([]);
    expect(system.errors().toLowerCase()).not.toContain(CANARY);

    // What was proven of their devices is proven still, and of the same.
    const policy = parsePolicy(await readFile(join(dataFolder, "ledger-policy"), "utf8"));
    const verdicts = proofs.map((text) => verifyProof(text, policy));
    expect(verdicts.filter(({ proven }) => !proven)).toEqual([]);
    const said = (texts: readonly string[]) =>
      texts.map((text) => parseProof(text)).map(({ entry, content }) => ({ entry, content }));
    expect(JSON.stringify(said(proofs))).not.toContain(CANARY);
    expect(said(await proofsOfDevices())).toEqual(said(proofs));
    expect(proofs.length).toBeGreaterThan(2 * PROVEN);

    const audit = JSON.parse(await command("audit", "--json"));
    expect(audit).toMatchObject({ deviations: 0, found: [] });
    await system.stop({ keepData: true });
    expect(await nowhere()).toEqual([]);
  },
  PATIENCE_MS,
);
