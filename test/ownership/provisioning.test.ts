import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { AWAY, devices, LOOK, openTown, PROVISION, type Town } from "./town.ts";

let town: Town;
beforeAll(async () => {
  town = await openTown();
});
afterAll(() => town.close());

async function provision(input: object[], key?: string) {
  const { provisionDevices } = await town.get("line", PROVISION, { input, key });
  return provisionDevices;
}

async function record(...rows: { serialNumber: string; disposition?: string }[]) {
  await town.factory.record(...rows);
}

async function linkedId(serialNumber: string): Promise<string | null> {
  const document = `query ($s: String) { device(serialNumber: $s) { connhexId revision } }`;
  const { data } = await town.factory.ask("line", document, { s: serialNumber });
  return data.device.connhexId;
}

test("a recorded device gets its cloud identity, and its record the link", async () => {
  await record({ serialNumber: "P-1" });
  const batch = await provision([{ serialNumber: "P-1", name: "pump", model: "m1" }]);
  expect(batch).toMatchObject({ provisioned: 1, pending: 0, refused: 0 });
  const [verdict] = batch.verdicts;
  expect(verdict).toMatchObject({ outcome: "PROVISIONED", code: null, claimCode: null });
  expect(verdict.initKey).toHaveLength(36);
  expect(await linkedId("P-1")).toBe(verdict.connhexId);
  const { _entities } = await town.get("support", LOOK, devices(verdict.connhexId));
  expect(_entities[0].identity).toMatchObject({ state: "ACTIVE", serialNumber: "P-1" });
});

test("a batch is judged row by row", async () => {
  await record(
    { serialNumber: "B-1" },
    { serialNumber: "B-2" },
    { serialNumber: "B-3", disposition: "QUARANTINED" },
    { serialNumber: "B-4", disposition: "SCRAPPED" },
    { serialNumber: "B-5" },
    { serialNumber: "B-6" },
  );
  await provision([{ serialNumber: "B-1", connhexId: "chx-b1", initKey: "0123456789abcdef" }]);
  const { verdicts } = await provision([
    { serialNumber: "B-1" },
    { serialNumber: "B-1", connhexId: "chx-b1" },
    { serialNumber: "B-2", connhexId: "chx-b1" },
    { serialNumber: "B-3" },
    { serialNumber: "B-4" },
    { serialNumber: "B-none" },
    { serialNumber: "" },
    { serialNumber: "bell\u0007" },
    { serialNumber: "B-5", connhexId: "white space" },
    { serialNumber: "B-6", connhexId: "chx-b6" },
  ]);
  expect(verdicts.map(({ outcome, code }: never) => code ?? outcome)).toEqual([
    "UNCHANGED",
    "DUPLICATE_IN_BATCH",
    "CONNHEX_ID_TAKEN",
    "DEVICE_QUARANTINED",
    "DEVICE_SCRAPPED",
    "DEVICE_NOT_RECORDED",
    "FIELD_REQUIRED",
    "INVALID_VALUE",
    "INVALID_VALUE",
    "PROVISIONED",
  ]);
  for (const [row, code] of [
    [{ connhexId: "chx-other" }, "ALREADY_PROVISIONED"],
    [{ initKey: "fedcba9876543210" }, "ALREADY_PROVISIONED"],
    [{ name: "other" }, "ALREADY_PROVISIONED"],
    [{ isProtected: true }, "ALREADY_PROVISIONED"],
    [{ connhexId: "chx-b1", initKey: "0123456789abcdef" }, null],
  ] as const) {
    const { verdicts: again } = await provision([{ serialNumber: "B-1", ...row }]);
    expect(again[0].code).toBe(code);
  }
});

test("one connhexId in two rows goes to the first", async () => {
  await record({ serialNumber: "D-1" }, { serialNumber: "D-2" });
  const { verdicts } = await provision([
    { serialNumber: "D-1", connhexId: "chx-d" },
    { serialNumber: "D-2", connhexId: "chx-d" },
  ]);
  expect(verdicts[0].outcome).toBe("PROVISIONED");
  expect(verdicts[1]).toMatchObject({ code: "DUPLICATE_IN_BATCH", field: "connhexId" });
});

test("the same key and rows give the same verdicts, without secrets; other rows are refused", async () => {
  await record({ serialNumber: "I-1" });
  const input = [{ serialNumber: "I-1", isProtected: true }, { serialNumber: "I-none" }];
  const first = await provision(input, "key-1");
  expect(first.verdicts[0].claimCode).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  const again = await provision(input, "key-1");
  const [verdict, ...rest] = first.verdicts;
  expect(again.verdicts).toEqual([{ ...verdict, initKey: null, claimCode: null }, ...rest]);
  const other = await town.ask("line", PROVISION, { input: input.slice(1), key: "key-1" });
  expect(other.codes).toEqual(["IDEMPOTENCY_KEY_REUSED"]);
});

test("a hundred batches at once under one key provision once", async () => {
  await record({ serialNumber: "R-1" });
  const input = [{ serialNumber: "R-1" }];
  const batches = await Promise.all(Array.from({ length: 100 }, () => provision(input, "race")));
  const ids = new Set(batches.map(({ verdicts }) => verdicts[0].connhexId));
  expect(ids.size).toBe(1);
  expect(batches.filter(({ verdicts }) => verdicts[0].initKey !== null)).toHaveLength(1);
});

test("fifty batches at once without a key give a device one identity", async () => {
  await record({ serialNumber: "R-2" });
  const batches = await Promise.all(
    Array.from({ length: 50 }, () => provision([{ serialNumber: "R-2" }])),
  );
  expect(new Set(batches.map(({ verdicts }) => verdicts[0].connhexId)).size).toBe(1);
  expect(batches.filter(({ verdicts }) => verdicts[0].initKey !== null)).toHaveLength(1);
});

test("with Manufacturing away every row is refused as retryable, and the key stays free", async () => {
  await record({ serialNumber: "A-1" });
  town.detour = AWAY;
  const input = [{ serialNumber: "A-1" }, { serialNumber: "" }];
  const refused = await provision(input, "key-away");
  town.detour = null;
  expect(refused.verdicts.map(({ code }: never) => code)).toEqual([
    "SUBGRAPH_UNAVAILABLE",
    "FIELD_REQUIRED",
  ]);
  expect(await linkedId("A-1")).toBeNull();
  expect((await provision(input, "key-away")).provisioned).toBe(1);
});

test("rows that quote what no text may hold are refused and kept under a key", async () => {
  await record({ serialNumber: "Q-1" });
  const input = ["\u0000", "\ud800", "x".repeat(1e6)].map((serialNumber) => ({ serialNumber }));
  const first = await provision([...input, { serialNumber: "Q-1" }], "quotes");
  expect(first).toMatchObject({ refused: 3, provisioned: 1 });
  const again = await provision([...input, { serialNumber: "Q-1" }], "quotes");
  expect(again.verdicts.slice(0, 3)).toEqual(first.verdicts.slice(0, 3));
});

test("a row that inherits the id of another row is refused, and secrets stay with their rows", async () => {
  await record({ serialNumber: "K-1" }, { serialNumber: "K-2" });
  await provision([{ serialNumber: "K-1", connhexId: "chx-k" }]);
  // As after a restored backup: the record knows the link, the identity is gone.
  await town.database.admin("DELETE FROM cloud_identity WHERE connhex_id = 'chx-k'");
  await town.database.admin(`ALTER TABLE cloud_identity_revision DISABLE TRIGGER deny_change`);
  await town.database.admin("DELETE FROM cloud_identity_revision WHERE connhex_id = 'chx-k'");
  await town.database.admin(`ALTER TABLE cloud_identity_revision ENABLE TRIGGER deny_change`);
  const { verdicts } = await provision([
    { serialNumber: "K-1", isProtected: true },
    { serialNumber: "K-2", connhexId: "chx-k" },
  ]);
  expect(verdicts[0]).toMatchObject({ outcome: "PROVISIONED", connhexId: "chx-k" });
  expect(verdicts[0].claimCode).not.toBeNull();
  expect(verdicts[1]).toMatchObject({ code: "DUPLICATE_IN_BATCH", claimCode: null });
});

test("more than 1000 rows are refused", async () => {
  const input = Array.from({ length: 1_001 }, (_, index) => ({ serialNumber: `X-${index}` }));
  expect((await town.ask("line", PROVISION, { input })).codes).toEqual(["BATCH_TOO_LARGE"]);
});

test("a thousand rows take as many statements as one", async () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => ({ serialNumber: `T-${index}` }));
  await record(...rows);
  await record({ serialNumber: "T-one" });
  town.database.sent.length = 0;
  await provision([{ serialNumber: "T-one" }]);
  const one = town.database.sent.length;
  town.database.sent.length = 0;
  const batch = await provision(rows);
  expect(batch.provisioned).toBe(1_000);
  expect(town.database.sent.length).toBe(one);
});

test("secrets are in the tables as hashes only", async () => {
  await record({ serialNumber: "S-1" });
  const [{ initKey, claimCode }] = (
    await provision([{ serialNumber: "S-1", isProtected: true }], "key-s")
  ).verdicts;
  const dump: string[] = [];
  for (const table of ["cloud_identity", "cloud_identity_revision", "hand_over", "idempotency"]) {
    dump.push(JSON.stringify(await town.database.admin(`SELECT * FROM ${table}`)));
  }
  const text = dump.join("\n");
  expect(text).toContain("S-1");
  for (const secret of [initKey, claimCode, claimCode.replaceAll("-", "")]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(Buffer.from(secret).toString("hex"));
    expect(text).not.toContain(JSON.stringify([...Buffer.from(secret)]).slice(1, -1));
  }
});
