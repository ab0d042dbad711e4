import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { DEFINE, type Factory, openFactory, RECORD, type Variables } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

async function define(input: Variables) {
  const { data, codes, errors } = await factory.ask("engineering", DEFINE, { input });
  return errors[0] ? String(codes[0]) : data.defineField;
}

async function record(serialNumber: string, attributes: Variables) {
  const { data } = await factory.ask("line", RECORD, { input: [{ serialNumber, attributes }] });
  const [verdict] = data.recordDevices.verdicts;
  return verdict.code ?? verdict.outcome;
}

const RETIRE = `mutation ($name: String!) { retireField(name: $name) { name retiredAt } }`;
const LIST = "{ fieldDefinitions { name type isRequired isGroupable values retiredAt createdAt } }";

test("a field is defined, used, retired and comes back, and its type stays", async () => {
  const colour = { name: "colour", type: "ENUM", values: ["red", "blue"], isGroupable: true };
  expect(await define(colour)).toMatchObject({ ...colour, isRequired: false, retiredAt: null });
  expect(await record("F1", { colour: "red" })).toBe("RECORDED");
  expect(await record("F2", { colour: "green" })).toBe("INVALID_VALUE");
  expect(await define({ ...colour, type: "TEXT", values: null })).toBe("FIELD_DEFINITION_CONFLICT");
  expect(await define({ ...colour, values: ["red"] })).toBe("FIELD_DEFINITION_CONFLICT");
  expect(await define({ ...colour, isGroupable: false })).toBe("FIELD_DEFINITION_CONFLICT");
  await define({ ...colour, values: ["red", "blue", "green"] });
  expect(await record("F2", { colour: "green" })).toBe("RECORDED");

  const retired = await factory.ask("engineering", RETIRE, { name: "colour" });
  expect(retired.data.retireField.retiredAt).not.toBeNull();
  expect(await record("F3", { colour: "red" })).toBe("UNKNOWN_FIELD");
  const again = await factory.ask("engineering", RETIRE, { name: "colour" });
  expect(again.data).toEqual(retired.data);
  await factory.correct("F2", 1, { attributes: { colour: null } });
  const groups = await factory.ask(
    "support",
    `{ red: productionGroup(field: "colour", value: "red") { deviceCount }
       green: productionGroup(field: "colour", value: "green") {
         deviceCount ever: deviceCount(membership: EVER) } }`,
  );
  expect(groups.data).toEqual({ red: { deviceCount: 1 }, green: { deviceCount: 0, ever: 1 } });

  expect(await define({ ...colour, values: ["red", "blue", "green"] })).toMatchObject({
    retiredAt: null,
  });
  expect(await record("F3", { colour: "red" })).toBe("RECORDED");
});

test("a required field binds first records, not devices that are known already", async () => {
  expect(await record("R1", {})).toBe("RECORDED");
  await define({ name: "inspector", type: "TEXT", isRequired: true });
  expect(await record("R2", {})).toBe("FIELD_REQUIRED");
  expect(await record("R1", {})).toBe("UNCHANGED");
  expect(await record("R2", { inspector: "i-1" })).toBe("RECORDED");
  await factory.ask("engineering", RETIRE, { name: "inspector" });
  expect(await record("R3", {})).toBe("RECORDED");
});

test("grouping that is turned on finds what was recorded before, corrections too", async () => {
  await define({ name: "reel", type: "INTEGER" });
  await record("B1", { reel: 1 });
  await record("B2", { reel: 1 });
  await record("B3", { reel: 2 });
  await factory.correct("B2", 1, { attributes: { reel: 2 } });
  await factory.correct("B3", 1, { attributes: { reel: null } });
  const group = `{ productionGroup(field: "reel", value: "2") {
    deviceCount ever: deviceCount(membership: EVER) } }`;
  expect((await factory.ask("support", group)).codes).toEqual(["BAD_USER_INPUT"]);
  await define({ name: "reel", type: "INTEGER", isGroupable: true });
  expect((await factory.ask("support", group)).data.productionGroup).toEqual({
    deviceCount: 1,
    ever: 2,
  });
});

test("a field with values that are too long for an index does not begin to group", async () => {
  await define({ name: "remark", type: "TEXT" });
  await record("T1", { remark: "é".repeat(257) });
  const grouping = { name: "remark", type: "TEXT", isGroupable: true };
  expect(await define(grouping)).toBe("FIELD_DEFINITION_CONFLICT");
  await define({ name: "short", type: "TEXT", isGroupable: true });
  expect(await record("T2", { short: "😀".repeat(128) })).toBe("RECORDED");
  expect(await record("T3", { short: "é".repeat(256) })).toBe("RECORDED");
  expect(await record("T4", { short: "é".repeat(257) })).toBe("INVALID_VALUE");
});

test("every type keeps its values through the database", async () => {
  const values = { i: -9_007_199_254_740_991, d: "-12.5", b: false, t: 'O\'Neill \\ "é😀"' };
  await define({ name: "i", type: "INTEGER", isGroupable: true });
  await define({ name: "d", type: "DECIMAL", isGroupable: true });
  await define({ name: "b", type: "BOOLEAN", isGroupable: true });
  await define({ name: "t", type: "TEXT", isGroupable: true });
  await record("V1", values);
  const { data } = await factory.ask(
    "support",
    `{ device(serialNumber: "V1") { attributes groups { field value deviceCount } } }`,
  );
  expect(data.device.attributes).toEqual(values);
  expect(data.device.groups).toEqual(
    expect.arrayContaining(
      Object.entries(values).map(([field, value]) => ({
        field,
        value: String(value),
        deviceCount: 1,
      })),
    ),
  );
});

test("definitions are listed by name, retired ones too; only engineering defines", async () => {
  const { data } = await factory.ask("analyst", LIST);
  const names = data.fieldDefinitions.map(({ name }: { name: string }) => name);
  expect(names).toEqual([...names].sort());
  expect(names).toContain("inspector");
  for (const role of ["line", "support", "analyst", "owner"] as const) {
    const { codes } = await factory.ask(role, DEFINE, { input: { name: "x", type: "TEXT" } });
    expect(codes).toEqual(["FORBIDDEN"]);
  }
  const unknown = await factory.ask("admin", RETIRE, { name: "nobody" });
  expect(unknown.codes).toEqual(["NOT_FOUND"]);
});

test("two who define one field at once agree on its type", async () => {
  const answers = await Promise.all(
    ["TEXT", "DATE", "TEXT", "DATE"].map((type) => define({ name: "contested", type })),
  );
  const types = new Set(answers.filter((one) => typeof one === "object").map(({ type }) => type));
  expect(types.size).toBe(1);
  expect(answers.filter((one) => one === "FIELD_DEFINITION_CONFLICT")).toHaveLength(2);
});
