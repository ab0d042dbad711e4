import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

let pair: RealPair;
let gateway: TestGateway;

beforeAll(async () => {
  pair = await realPair();
  gateway = await testGateway({ services: [pair.manufacturing, pair.ownership] });
  const input = ["SN-1", "SN-2"].map((serialNumber) => ({ serialNumber, lotCode: "L-1" }));
  const record = `mutation Record($input: [DeviceRecordInput!]!) {
    recordDevices(input: $input) { recorded } }`;
  await gateway.query(record, { input }, "line");
});
afterAll(async () => {
  await gateway?.close();
  await pair?.close();
});

interface Line {
  subject: string;
  operation: string | null;
  type: string | null;
  devices: string[];
  codes: string[];
  status: number;
}

async function lineOf(requestId: string | null): Promise<Line[]> {
  return gateway.database.admin<Line>(
    `SELECT subject, operation, operation_type AS type, devices,
            outcomes AS codes, status FROM access_log WHERE request_id = $1`,
    [requestId],
  );
}

const WALK = `query Walk { device(serialNumber: "SN-1") { lot { devices { nodes { lotCode } } } } }`;

test("what was read stands in the log when the answer comes", async () => {
  const { headers } = await gateway.query(WALK);
  const [line, ...more] = await lineOf(headers.get("x-request-id"));
  expect(more).toEqual([]);
  expect({ ...line, devices: line?.devices.sort() }).toEqual({
    subject: "dev:support",
    operation: "Walk",
    type: "query",
    devices: ["SN-1", "SN-2"],
    codes: [],
    status: 200,
  });
});

test.each([
  ["a text that is no document", { query: "{ nothing }" }, 200, "GRAPHQL_VALIDATION_FAILED"],
  ["a document that nobody published", { documentId: "x" }, 404, "DOCUMENT_NOT_FOUND"],
] as const)("so does a refusal: %s", async (_, body, status, code) => {
  const authorization = `Bearer ${await gateway.token()}`;
  const accept = "application/json";
  const { headers } = await gateway.send(body, { authorization, accept });
  const [line] = await lineOf(headers.get("x-request-id"));
  expect([line?.status, line?.codes, line?.devices]).toEqual([status, [code], []]);
});

test("an answer that cannot be recorded is not sent", async () => {
  const authorization = `Bearer ${await gateway.token()}`;
  await gateway.send({ query: WALK }, { authorization });
  await gateway.database.stop();
  try {
    const { status, errors, text } = await gateway.send({ query: WALK }, { authorization });
    expect([status, errors[0]?.extensions.code]).toEqual([503, "DATABASE_UNAVAILABLE"]);
    expect(text).not.toContain("L-1");
  } finally {
    await gateway.database.resume();
  }
  const { status } = await gateway.send({ query: WALK }, { authorization });
  expect(status).toBe(200);
});
