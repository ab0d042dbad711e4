import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { greeting } from "../../start/greeting.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

let pair: RealPair;
let gateway: TestGateway;

beforeAll(async () => {
  pair = await realPair();
  gateway = await testGateway({ services: [pair.manufacturing, pair.ownership] });
  const record = `mutation ($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { recorded } }`;
  await gateway.query(record, { input: [{ serialNumber: "SN-1", lotCode: "L-1" }] }, "line");
  const provision = `mutation ($input: [ProvisionInput!]!) {
    provisionDevices(input: $input) { verdicts { outcome } } }`;
  const input = [{ serialNumber: "SN-1", connhexId: "hex-1" }];
  const { errors } = await gateway.query(provision, { input }, "line");
  expect(errors).toEqual([]);
});
afterAll(async () => {
  await gateway?.close();
  await pair?.close();
});

function greeted(isDevelopment: boolean): Promise<string> {
  const { dataFolder, gateway: served } = gateway;
  const examples = { connhexId: "hex-1", serialNumber: "SN-1" };
  return greeting({ gateway: served, dataFolder, examples }, isDevelopment);
}

interface Line {
  subject: string;
  client: string;
  devices: string[];
}
const walks = () =>
  gateway.database.admin<Line>(
    "SELECT subject, client, devices FROM access_log WHERE operation = 'Walk'",
  );

test("what the greeting shows of a device and its owner stands in the access log", async () => {
  const text = await greeted(true);
  expect(text).toContain('"serialNumber": "SN-1"');
  const [line, ...more] = await walks();
  expect(more).toEqual([]);
  expect(line).toEqual({ subject: "dev:support", client: "tracegraph-cli", devices: ["hex-1"] });
});

test("where an issuer is named, the greeting reads nothing and brings no token", async () => {
  const before = await walks();
  const text = await greeted(false);
  expect(text).toContain(`tracegraph is ready on ${gateway.gateway.url}`);
  expect(text).not.toMatch(/SN-1"|eyJ|graphiql/);
  expect(await walks()).toEqual(before);
});
