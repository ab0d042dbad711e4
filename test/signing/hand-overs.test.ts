import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { signPayload } from "../../shared/signing/sign-payload.ts";
import { type Factory, openFactory } from "../manufacturing/factory.ts";
import { handOver, newSigner, REVOKE_KEY, registered, type Signer } from "./signers.ts";

let factory: Factory;
let station: Signer;
beforeAll(async () => {
  factory = await openFactory();
  await factory.define({ name: "torque", type: "DECIMAL" });
  station = await registered(factory);
});
afterAll(() => factory.close());

const HISTORY = `query ($serialNumber: String) { device(serialNumber: $serialNumber) {
  history { nodes { revision lotCode actor signedBy { key name role algorithm isFlagged } } }
} }`;

async function historyOf(serialNumber: string) {
  const { data } = await factory.ask("engineering", HISTORY, { serialNumber });
  return data.device?.history.nodes ?? [];
}

describe("a signed hand-over", () => {
  test.each(["ES256", "EdDSA"] as const)("is recorded with its signer: %s", async (kind) => {
    const signer = await registered(factory, kind, { name: "scanner 3", role: "SCANNER" });
    const said = { serialNumber: `K-${kind}`, lotCode: "L-1", attributes: { torque: 1.5 } };
    const batch = await handOver(factory, signer.sign(said));
    expect(batch).toMatchObject({ recorded: 1, refused: 0 });
    const signedBy = { key: signer.key.keyId, name: "scanner 3", role: "SCANNER" };
    expect(await historyOf(`K-${kind}`)).toEqual([
      {
        revision: 1,
        lotCode: "L-1",
        actor: "line-1",
        signedBy: { ...signedBy, algorithm: kind, isFlagged: false },
      },
    ]);
  });

  test("is kept byte for byte, however it was written", async () => {
    const text =
      '{\n\t"lotCode" : "\\u00c4-7",  "serialNumber":"RAW-1" , "attributes":{"torque":1.50}}\n';
    await handOver(factory, station.sign(text));
    const rows = await factory.database.admin<{ payload: Buffer; hash: Buffer; at: boolean }>(
      `SELECT s.payload, s.payload_hash AS hash, s.recorded_at = r.recorded_at AS at
       FROM hand_over_signature s JOIN device_revision r USING (device_id, revision)
       WHERE r.serial_number = 'RAW-1'`,
    );
    expect(rows.map(({ payload, at }) => [payload.toString(), at])).toEqual([[text, true]]);
  });

  test("adds a revision to a device that came unsigned, and only that one is his", async () => {
    await factory.record({ serialNumber: "MIX-1", lotCode: "L-1" });
    const batch = await handOver(factory, station.sign({ serialNumber: "MIX-1", site: "Lyon" }));
    expect(batch.verdicts).toMatchObject([{ outcome: "REVISED", revision: 2 }]);
    const signers = (await historyOf("MIX-1")).map((one: { signedBy: unknown }) => one.signedBy);
    expect(signers).toMatchObject([null, { key: station.key.keyId }]);
  });

  test("that comes again changes nothing, whatever became of the device since", async () => {
    const said = station.sign({ serialNumber: "AGAIN-1", lotCode: "L-1" });
    await handOver(factory, said);
    await factory.correct("AGAIN-1", 1, { lotCode: "L-2" });
    const again = await handOver(factory, said, station.sign({ serialNumber: "AGAIN-2" }));
    expect(again.verdicts).toMatchObject([
      { index: 0, serialNumber: "AGAIN-1", outcome: "UNCHANGED", revision: 1, code: null },
      { index: 1, serialNumber: "AGAIN-2", outcome: "RECORDED", revision: 1 },
    ]);
    expect(again).toMatchObject({ recorded: 1, unchanged: 1 });
    const fresh = station.sign('{"serialNumber":"AGAIN-1","lotCode":"L-1" }');
    expect((await handOver(factory, fresh)).verdicts).toMatchObject([
      { outcome: "REFUSED", code: "ALREADY_RECORDED" },
    ]);
    expect(await historyOf("AGAIN-1")).toHaveLength(2);
  });

  test("that comes twice at once is recorded once", async () => {
    const said = station.sign({ serialNumber: "TWICE-1", lotCode: "L-1" });
    const batches = await Promise.all([handOver(factory, said), handOver(factory, said)]);
    const outcomes = batches.map(({ verdicts }) => verdicts[0].outcome).sort();
    expect(outcomes).toEqual(["RECORDED", "UNCHANGED"]);
    const rows = await factory.database.admin(
      "SELECT FROM hand_over_signature WHERE convert_from(payload, 'UTF8') LIKE '%TWICE-1%'",
    );
    expect(rows).toHaveLength(1);
  });

  test("is judged row by row as any other: a refused one leaves nothing, and loses no other", async () => {
    const batch = await handOver(
      factory,
      station.sign({ serialNumber: "ROW-1", attributes: { nope: 1 } }),
      station.sign({ serialNumber: "ROW-2" }),
      station.sign({ serialNumber: "ROW-2", lotCode: "L" }),
    );
    expect(batch.verdicts).toMatchObject([
      { index: 0, outcome: "REFUSED", code: "UNKNOWN_FIELD", serialNumber: "ROW-1" },
      { index: 1, outcome: "RECORDED" },
      { index: 2, outcome: "REFUSED", code: "DUPLICATE_IN_BATCH" },
    ]);
    expect(
      await factory.database.admin(
        "SELECT FROM hand_over_signature WHERE convert_from(payload, 'UTF8') LIKE '%ROW-1%'",
      ),
    ).toEqual([]);
  });
});

describe("what is refused, with nothing of it believed", () => {
  const said = { serialNumber: "NO-1", lotCode: "L-1" };

  test.each<
    [what: string, change: (row: { payload: string; signature: string }) => object, code: string]
  >([
    [
      "another payload",
      ({ signature }) => ({ payload: '{"serialNumber":"NO-2"}', signature }),
      "SIGNATURE_INVALID",
    ],
    [
      "a space more",
      ({ payload, signature }) => ({ payload: `${payload} `, signature }),
      "SIGNATURE_INVALID",
    ],
    ["no signature", ({ payload }) => ({ payload, signature: "" }), "SIGNATURE_INVALID"],
    ["an unknown key", ({ payload }) => newSigner().sign(payload), "SIGNING_KEY_REFUSED"],
    [
      "another algorithm of the same name",
      ({ payload }) => named(newSigner("ES256"), payload),
      "SIGNATURE_INVALID",
    ],
    [
      "another key under the name",
      ({ payload }) => named(newSigner(), payload),
      "SIGNATURE_INVALID",
    ],
    ["a payload that is no JSON", () => station.sign("NO-1"), "INVALID_VALUE"],
    ["a payload that is a list", () => station.sign("[]"), "INVALID_VALUE"],
    ["a payload without a device", () => station.sign("{}"), "INVALID_VALUE"],
    [
      "a payload with a field of nobody",
      () => station.sign({ ...said, colour: "red" }),
      "INVALID_VALUE",
    ],
    [
      "a payload that says a lot twice",
      () => station.sign('{"serialNumber":"NO-1","lotCode":"A","lotCode":"B"}'),
      "INVALID_VALUE",
    ],
    [
      "a payload that is too long",
      () => station.sign({ ...said, source: "x".repeat(9_000) }),
      "INVALID_VALUE",
    ],
    [
      "half a character",
      () => station.sign('{"serialNumber":"NO-1","lotCode":"\ud800"}'),
      "INVALID_VALUE",
    ],
  ])("%s", async (_, change, code) => {
    const { verdicts } = await handOver(factory, change(station.sign(said)) as never);
    expect(verdicts).toMatchObject([
      { outcome: "REFUSED", code, serialNumber: null, revision: null },
    ]);
    expect(await historyOf("NO-1")).toEqual([]);
  });

  /** Signs with one key, in the name of the station's. */
  function named(signer: Signer, payload: string) {
    const header = JSON.parse(
      Buffer.from(signer.sign(payload).signature.split(".")[0] ?? "", "base64url").toString(),
    );
    const own = { ...signer.key, keyId: station.key.keyId };
    expect(header.kid).not.toBe(own.keyId);
    return { payload, signature: signPayload(payload, own) };
  }

  test("1,000 changed signatures, headers and payloads in batches, and not one is recorded", async () => {
    const row = station.sign({ serialNumber: "FUZZ-1", lotCode: "L-1" });
    const flip = (text: string, place: number, by: number) => {
      const at = place % text.length;
      const code = (text.charCodeAt(at) ^ by) & 0x7f;
      return `${text.slice(0, at)}${String.fromCharCode(code)}${text.slice(at + 1)}`;
    };
    const change = fc.record({
      part: fc.constantFrom("payload", "signature"),
      place: fc.nat(10_000),
      by: fc.integer({ min: 1, max: 127 }),
    });
    const changes = fc.sample(change, { numRuns: 1_000, seed: 7 });
    for (let from = 0; from < changes.length; from += 250) {
      const rows = changes.slice(from, from + 250).map(({ part, place, by }) => ({
        ...row,
        [part]: flip(part === "payload" ? row.payload : row.signature, place, by),
      }));
      expect(await handOver(factory, ...rows)).toMatchObject({ refused: 250 });
    }
    expect(await historyOf("FUZZ-1")).toEqual([]);
    expect(await handOver(factory, row)).toMatchObject({ recorded: 1 });
  });
});

describe("a key", () => {
  const revoke = (keyId: string, from?: string) =>
    factory.ask("engineering", REVOKE_KEY, { keyId, reason: "the station was stolen", from });

  test("signs from its beginning to its end", async () => {
    const early = await registered(factory, "EdDSA", { validFrom: "2090-01-01T00:00:00Z" });
    const ended = await registered(factory, "EdDSA", {
      validFrom: "2020-01-01T00:00:00Z",
      validTo: "2021-01-01T00:00:00Z",
    });
    const { verdicts } = await handOver(
      factory,
      early.sign({ serialNumber: "EARLY" }),
      ended.sign({ serialNumber: "ENDED" }),
    );
    expect(verdicts).toMatchObject([
      { code: "SIGNING_KEY_REFUSED", message: expect.stringContaining("is valid from 2090") },
      { code: "SIGNING_KEY_REFUSED", message: expect.stringContaining("ended at 2021") },
    ]);
  });

  test("that is revoked signs no more, and what it signed from then on is flagged", async () => {
    const stolen = await registered(factory, "EdDSA", { validFrom: "2020-01-01T00:00:00Z" });
    await handOver(factory, stolen.sign({ serialNumber: "BEFORE" }));
    const [{ at }] = (await factory.database.admin<{ at: string }>(
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`,
    )) as [{ at: string }];
    await handOver(
      factory,
      stolen.sign({ serialNumber: "AFTER", effectiveAt: "2021-01-01T00:00:00Z" }),
    );
    const { data } = await revoke(stolen.key.keyId, at);
    expect(data.revokeSigningKey).toMatchObject({ state: "REVOKED", revokedFrom: at });
    const flagOf = async (serialNumber: string) =>
      (await historyOf(serialNumber)).map(
        (one: { signedBy: { isFlagged: boolean } }) => one.signedBy.isFlagged,
      );
    expect(await flagOf("BEFORE")).toEqual([false]);
    // The time that the thief's bytes say does not count.
    expect(await flagOf("AFTER")).toEqual([true]);
    const { verdicts } = await handOver(factory, stolen.sign({ serialNumber: "LATER" }));
    expect(verdicts).toMatchObject([{ outcome: "REFUSED", code: "SIGNING_KEY_REFUSED" }]);
    // A hand-over that came in time is still known when it comes again, and still refused.
    const again = await handOver(factory, stolen.sign({ serialNumber: "BEFORE" }));
    expect(again.verdicts).toMatchObject([{ code: "SIGNING_KEY_REFUSED" }]);
  });

  test("that is revoked while a batch is on its way signs nothing of it", async () => {
    const signer = await registered(factory);
    const { keyId } = signer.key;
    const rows = Array.from({ length: 200 }, (_, n) => signer.sign({ serialNumber: `RACE-${n}` }));
    const [batch] = await Promise.all([handOver(factory, ...rows), revoke(keyId)]);
    const { recorded, refused } = batch;
    expect([recorded + refused, recorded === 0 || refused === 0]).toEqual([200, true]);
  });

  test("can be revoked from an earlier time, and never from a later one", async () => {
    const { keyId } = (await registered(factory)).key;
    await revoke(keyId, "2026-01-05T00:00:00Z");
    const earlier = await revoke(keyId, "2026-01-04T00:00:00Z");
    expect(earlier.data.revokeSigningKey.revokedFrom).toBe("2026-01-04T00:00:00.000000Z");
    expect((await revoke(keyId, "2026-01-06T00:00:00Z")).codes).toEqual(["NOTHING_TO_CHANGE"]);
    expect((await revoke(keyId)).codes).toEqual(["NOTHING_TO_CHANGE"]);
  });
});
