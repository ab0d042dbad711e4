import { expect, test } from "@jest/globals";
import {
  assertBatch,
  type GateRow,
  judgeForms,
  judgeRow,
  type ProvisionText,
  type StandingIdentity,
} from "./provisioning.ts";

const row: ProvisionText = { serialNumber: "SN-1", isProtected: false };
const recorded: GateRow = { serialNumber: "SN-1", connhexId: null, disposition: "RELEASED" };
const active: StandingIdentity = {
  connhexId: "c-1",
  serialNumber: "SN-1",
  state: "ACTIVE",
  name: "pump",
  model: null,
  isProtected: false,
  initKeyHash: Buffer.alloc(32),
  claimCodeHash: null,
};
const nothing = { recorded, ofDevice: null, ofConnhexId: null, isSameInitKey: false };

test.each<[what: string, text: object, known: object, outcome: string]>([
  ["a recorded device", {}, {}, "ok"],
  ["a device that is not recorded", {}, { recorded: null }, "DEVICE_NOT_RECORDED"],
  [
    "a quarantined device",
    {},
    { recorded: { ...recorded, disposition: "QUARANTINED" } },
    "DEVICE_QUARANTINED",
  ],
  [
    "a scrapped device",
    {},
    { recorded: { ...recorded, disposition: "SCRAPPED" } },
    "DEVICE_SCRAPPED",
  ],
  ["the same identity", {}, { ofDevice: active }, "UNCHANGED"],
  ["the same identity, by id", { connhexId: "c-1" }, { ofDevice: active }, "UNCHANGED"],
  [
    "the same identity of a device in quarantine",
    {},
    { ofDevice: active, recorded: { ...recorded, disposition: "QUARANTINED" } },
    "UNCHANGED",
  ],
  ["a suspended identity", {}, { ofDevice: { ...active, state: "SUSPENDED" } }, "UNCHANGED"],
  ["an identity that waits", {}, { ofDevice: { ...active, state: "PENDING" } }, "PENDING"],
  ["another id", { connhexId: "c-2" }, { ofDevice: active }, "ALREADY_PROVISIONED"],
  ["another init key", { initKey: "x" }, { ofDevice: active }, "ALREADY_PROVISIONED"],
  ["the same init key", { initKey: "x" }, { ofDevice: active, isSameInitKey: true }, "UNCHANGED"],
  ["another name", { name: "fan" }, { ofDevice: active }, "ALREADY_PROVISIONED"],
  ["the same name", { name: "pump" }, { ofDevice: active }, "UNCHANGED"],
  ["another model", { model: "m" }, { ofDevice: active }, "ALREADY_PROVISIONED"],
  ["no word of protection", { isProtected: null }, { ofDevice: active }, "UNCHANGED"],
  [
    "protection that is not there",
    { isProtected: true },
    { ofDevice: active },
    "ALREADY_PROVISIONED",
  ],
  ["an id that is taken", { connhexId: "c-1" }, { ofConnhexId: active }, "CONNHEX_ID_TAKEN"],
  [
    "an id that was revoked",
    { connhexId: "c-1" },
    { ofConnhexId: { ...active, state: "REVOKED" } },
    "CONNHEX_ID_TAKEN",
  ],
  [
    "an id that was refused",
    { connhexId: "c-1" },
    { ofConnhexId: { ...active, state: "REFUSED" } },
    "ok",
  ],
  [
    "another id than the record has",
    { connhexId: "c-2" },
    { recorded: { ...recorded, connhexId: "c-1" } },
    "ALREADY_PROVISIONED",
  ],
  ["the id that the record has", {}, { recorded: { ...recorded, connhexId: "c-1" } }, "ok"],
])("%s: %s", (...[, text, known, outcome]) => {
  const verdict = judgeRow(0, { ...row, ...text }, { ...nothing, ...known });
  expect(verdict?.code ?? verdict?.outcome ?? "ok").toBe(outcome);
});

test.each<[text: object, code: string, field: string]>([
  [{ serialNumber: "" }, "FIELD_REQUIRED", "serialNumber"],
  [{ serialNumber: " SN" }, "INVALID_VALUE", "serialNumber"],
  [{ serialNumber: "S\u0000N" }, "INVALID_VALUE", "serialNumber"],
  [{ serialNumber: "x".repeat(129) }, "INVALID_VALUE", "serialNumber"],
  [{ connhexId: "" }, "INVALID_VALUE", "connhexId"],
  [{ connhexId: "ä" }, "INVALID_VALUE", "connhexId"],
  [{ connhexId: "../../etc" }, "INVALID_VALUE", "connhexId"],
  [{ connhexId: "x".repeat(129) }, "INVALID_VALUE", "connhexId"],
  [{ initKey: "short" }, "INVALID_VALUE", "initKey"],
  [{ initKey: "x".repeat(129) }, "INVALID_VALUE", "initKey"],
  [{ newInitKey: "short" }, "INVALID_VALUE", "newInitKey"],
  [{ newClaimCode: "7z3k9qwx04tb" }, "INVALID_VALUE", "newClaimCode"],
  [{ name: "" }, "INVALID_VALUE", "name"],
  [{ name: "x".repeat(257) }, "INVALID_VALUE", "name"],
  [{ model: "a\nb" }, "INVALID_VALUE", "model"],
])("%j is refused: %s %s", (text, code, field) => {
  expect(judgeForms([{ ...row, ...text }])[0]).toMatchObject({ code, field });
});

test("a wrong row does not take its serial number from a right one", () => {
  const forms = judgeForms([{ ...row, name: "" }, row, row]);
  expect(forms.map((verdict) => verdict?.code ?? "ok")).toEqual([
    "INVALID_VALUE",
    "ok",
    "DUPLICATE_IN_BATCH",
  ]);
});

test("what is echoed of a wrong row is cut, and an init key never is", () => {
  const [verdict] = judgeForms([{ ...row, serialNumber: "x".repeat(1e6), initKey: "key" }]);
  expect(verdict?.serialNumber).toHaveLength(128);
  const [second] = judgeForms([{ ...row, initKey: "my secret key\u0007" }]);
  expect(JSON.stringify(second)).not.toContain("my secret");
});

test("a batch has at most 1000 rows and a plain key", () => {
  expect(() => assertBatch(Array(1_000).fill(row), "key")).not.toThrow();
  expect(() => assertBatch(Array(1_001).fill(row), null)).toThrow(
    expect.objectContaining({ code: "BATCH_TOO_LARGE" }),
  );
  for (const key of ["", " x", "x y", "x".repeat(129), "a\u0000", "é"]) {
    expect(() => assertBatch([], key)).toThrow(expect.objectContaining({ code: "BAD_USER_INPUT" }));
  }
});
