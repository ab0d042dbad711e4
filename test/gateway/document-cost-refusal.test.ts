import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { siblingsQuery } from "../../cli/commands/siblings.ts";
import { deviceBySerialNumber } from "../../cli/device/walk.ts";
import { GATEWAY_LIMITS } from "../../gateway/limits.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

let pair: RealPair;
let gateway: TestGateway;
setLogWriter(() => undefined);

beforeAll(async () => {
  pair = await realPair();
  gateway = await testGateway({ services: [pair.manufacturing, pair.ownership] });
  const rows = Array.from({ length: 600 }, (_, n) => ({ serialNumber: `SN-${n}`, lotCode: "L" }));
  const text =
    "mutation($rows: [DeviceRecordInput!]!) { recordDevices(input: $rows) { recorded } }";
  const { data } = await gateway.query(text, { rows }, "line");
  expect(data).toEqual({ recordDevices: { recorded: 600 } });
});
afterAll(async () => {
  await gateway.close();
  await pair.close();
});
beforeEach(() => {
  gateway.fetches.length = 0;
});

/** Three levels of pages in one group, `aliases` times. */
function nestedPages(aliases: number, size: string): string {
  const field = (n: number) => `a${n}: productionGroup(field: "lotCode", value: "L") {
    devices(first: ${size}) { nodes { siblings(first: ${size}) { nodes { siblings(first: ${size}) {
      nodes { id }
    } } } } }
  }`;
  return Array.from({ length: aliases }, (_, n) => field(n)).join(" ");
}

describe("a question that asks for too much", () => {
  test.each([
    ["5 times 3 levels of 100", `{ ${nestedPages(5, "100")} }`, {}, 5],
    ["20 times", `{ ${nestedPages(20, "100")} }`, {}, 20],
    ["its sizes in a variable", `query($n: Int!) { ${nestedPages(5, "$n")} }`, { n: 100 }, 5],
    ["in a default", `query($n: Int = 100) { ${nestedPages(5, "$n")} }`, {}, 5],
  ])("%s is refused at once, and no subgraph is asked", async (_, text, variables, aliases) => {
    const page = GATEWAY_LIMITS.pageNodes;
    const asked = aliases * (1 + page + 100 * (1 + page + 100 * (1 + page + 100)));
    const began = performance.now();
    const { status, data, errors } = await gateway.query(text, variables);
    // Reading, validating and judging, on a machine that may be busy.
    expect(performance.now() - began).toBeLessThan(500);
    expect(status).toBe(200);
    expect(data).toBeUndefined();
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: "COST_TOO_HIGH", limit: "nodes", most: GATEWAY_LIMITS.documentNodes, asked },
    ]);
    expect(gateway.fetches).toEqual([]);
  });

  test("is judged anew with each variable, though its text is known", async () => {
    const text = `query($n: Int!) { ${nestedPages(1, "$n")} }`;
    expect((await gateway.query(text, { n: 2 })).errors).toEqual([]);
    const { errors } = await gateway.query(text, { n: 100 });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(["COST_TOO_HIGH"]);
    expect((await gateway.query(text, { n: 2 })).errors).toEqual([]);
  });

  test.each([
    ["application/graphql-response+json", 400],
    ["application/json", 200],
  ])("has the status of every too large document, for a client of %s", async (accept, status) => {
    const headers = { accept, authorization: `Bearer ${await gateway.token()}` };
    const tooDeep = `${"{ a ".repeat(13)}${"}".repeat(13)}`;
    for (const [query, code] of [
      [tooDeep, "DOCUMENT_TOO_DEEP"],
      [`{ ${nestedPages(5, "100")} }`, "COST_TOO_HIGH"],
    ]) {
      const answer = await gateway.send({ query }, headers);
      expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([status, code]);
    }
  });

  test("keeps the code of a page that is too large by itself", async () => {
    const text = `query($n: Int!) { device(serialNumber: "SN-1") { siblings(first: $n) { totalCount } } }`;
    for (const n of [-1, 0, 1_001, 2_147_483_647]) {
      const { errors } = await gateway.query(text, { n });
      expect(errors.map(({ extensions }) => extensions.code)).toEqual(["PAGE_SIZE_OUT_OF_RANGE"]);
    }
  });
});

describe("a mutation that asks in its answer for", () => {
  const correct = (asked: string) => `mutation($size: Int!) {
    correctDevice(serialNumber: "SN-2", expectedRevision: 1, changes: { packageId: "x" }, reason: "rework") {
      revision ${asked}
    }
  }`;
  test.each<[string, string, object]>([
    ["too large a page", "siblings(first: $size) { totalCount }", { size: 5_000 }],
    ["too large a page at the other end", "siblings(last: $size) { totalCount }", { size: 5_000 }],
    ["an empty page", "siblings(first: $size) { totalCount }", { size: 0 }],
    [
      "too large a page within a page",
      "lot { devices(first: 2) { nodes { history(first: $size) { totalCount } } } }",
      { size: 1_001 },
    ],
  ])("%s writes nothing", async (_, text, variables) => {
    const { errors } = await gateway.query(correct(text), { ...variables }, "engineering");
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(["PAGE_SIZE_OUT_OF_RANGE"]);
    expect(gateway.fetches).toEqual([]);
    const { data } = await gateway.query('{ device(serialNumber: "SN-2") { revision } }');
    expect(data).toEqual({ device: { revision: 1 } });
  });
});

test.each([
  ["a device's page", deviceBySerialNumber, { id: "SN-1" }],
  [
    "a device's page with 500 of its lot",
    deviceBySerialNumber.replace("devices(first: 50)", "devices(first: 500)"),
    { id: "SN-1" },
  ],
  [
    "all siblings",
    siblingsQuery,
    { serialNumber: "SN-1", by: "lotCode", membership: "EVER", first: 1_000 },
  ],
])("the command line's question is answered: %s", async (_, text, variables) => {
  const { status, data, errors } = await gateway.query(text, variables);
  expect({ status, errors }).toEqual({ status: 200, errors: [] });
  expect(data?.device).toBeTruthy();
  expect(gateway.fetches.length).toBeGreaterThan(0);
});
