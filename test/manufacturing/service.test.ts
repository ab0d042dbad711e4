import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readManufacturingConfig } from "../../subgraphs/manufacturing/config.ts";
import { callerOf, type Factory, openFactory, RECORD } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.record({ serialNumber: "SN-1" });
});
afterAll(() => factory.close());

test("it is ready where its database is, and refuses as retryable where it is not", async () => {
  await expect(factory.service.ready()).resolves.toBeUndefined();
  await factory.database.stop();
  await expect(factory.service.ready()).rejects.toThrow();
  const { codes, errors } = await factory.ask("support", `{ device(serialNumber: "SN-1") { id } }`);
  expect(codes).toEqual(["DATABASE_UNAVAILABLE"]);
  expect(errors[0]?.extensions).toMatchObject({ retryable: true });
  const input = [{ serialNumber: "SN-2" }];
  expect((await factory.ask("line", RECORD, { input })).codes).toEqual(["DATABASE_UNAVAILABLE"]);
  await factory.database.resume();
  const after = await factory.ask(
    "support",
    `{ a: device(serialNumber: "SN-1") { id }
    b: device(serialNumber: "SN-2") { id } }`,
  );
  expect(after.data).toEqual({ a: { id: expect.any(String) }, b: null });
});

test("a caller whose name needs escaping is recorded as it is", async () => {
  const subject = `o'neill\\ "é" ; DROP TABLE device`;
  const caller = callerOf("line", { subject, client: "line\\7 'x'" });
  await factory.ask(caller, RECORD, { input: [{ serialNumber: "E1" }] });
  const { data } = await factory.ask(
    "support",
    `{ device(serialNumber: "E1") { history { nodes { actor source } } } }`,
  );
  expect(data.device.history.nodes).toEqual([{ actor: subject, source: "line\\7 'x'" }]);
});

test.each<[Record<string, string>, RegExp]>([
  [{}, /MANUFACTURING_DATABASE_URL is not set/],
  [{ MANUFACTURING_DATABASE_URL: "" }, /MANUFACTURING_DATABASE_URL is not set/],
  [{ MANUFACTURING_DATABASE_URL: "mysql://x" }, /MANUFACTURING_DATABASE_URL must begin/],
])("configuration %j fails at start by name", (env, message) => {
  expect(() => readManufacturingConfig(env)).toThrow(message);
});

test("configuration is the database's URL", () => {
  const databaseUrl = "postgres://app@db/manufacturing";
  expect(readManufacturingConfig({ MANUFACTURING_DATABASE_URL: databaseUrl })).toEqual({
    databaseUrl,
    coalesces: true,
  });
});
