import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { type Answer, type TestGateway, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

let pair: RealPair;
let gateway: TestGateway;
let lines: Record<string, unknown>[] = [];
/** A table of the gateway's that is not where it should be. */
let missing: string | null = null;

beforeAll(async () => {
  pair = await realPair();
  gateway = await testGateway({ services: [pair.manufacturing, pair.ownership] });
  const input = [{ serialNumber: "SN-1", lotCode: "L-1" }];
  const record = `mutation Record($input: [DeviceRecordInput!]!) {
    recordDevices(input: $input) { recorded } }`;
  await gateway.query(record, { input }, "line");
  await gateway.query(
    "mutation ($input: ClientInput!) { addClient(input: $input) { name } }",
    { input: { name: "app", kind: "APP", roles: ["engineering"] } },
    "admin",
  );
  setLogWriter((line) => void lines.push(JSON.parse(line)));
});
afterEach(async () => {
  if (missing) await gateway.database.admin(`ALTER TABLE ${missing}_gone RENAME TO ${missing}`);
  missing = null;
});
afterAll(async () => {
  setLogWriter(() => undefined);
  await gateway?.close();
  await pair?.close();
});

async function lose(table: string): Promise<void> {
  await gateway.database.admin(`ALTER TABLE ${table} RENAME TO ${table}_gone`);
  missing = table;
}

/** Asks as the client `app`, and hears what the process logs of it. */
async function ask(body: object): Promise<{ answer: Answer; logged: typeof lines }> {
  const token = await gateway.token({ client: "app", roles: ["engineering"] });
  lines = [];
  const accept = "application/json";
  const answer = await gateway.send(body, { authorization: `Bearer ${token}`, accept });
  const id = answer.headers.get("x-request-id");
  return { answer, logged: lines.filter((line) => line.id === id) };
}

async function counted(): Promise<number> {
  const text = await (await fetch(`${gateway.gateway.url}/metrics`)).text();
  const counts = text.matchAll(
    /^tracegraph_requests_total\{.*status="500",code="INTERNAL"\} (\d+)$/gm,
  );
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

function expectMasked({ status, text, headers }: Answer): void {
  const extensions = { requestId: headers.get("x-request-id"), code: "INTERNAL" };
  expect([status, JSON.parse(text)]).toEqual([
    500,
    { errors: [{ message: "internal error", extensions }] },
  ]);
  expect(headers.get("ratelimit")).not.toBeNull();
}

const REQUEST = { event: "request", client: "app", status: 500, codes: ["INTERNAL"] };

describe("a fault of ours", () => {
  test("is masked, and leaves one line in the access log, in the log and in the metrics", async () => {
    await lose("document");
    const before = await counted();
    const { answer, logged } = await ask({ documentId: "any" });
    expectMasked(answer);
    expect(logged).toEqual([
      expect.objectContaining({
        event: "fault",
        level: "ERROR",
        stack: expect.stringMatching(/relation "document" does not exist[\s\S]*\.ts/),
      }),
      expect.objectContaining(REQUEST),
    ]);
    expect(await counted()).toBe(before + 1);
    expect(
      await gateway.database.admin(
        "SELECT status, outcomes, client FROM access_log WHERE request_id = $1",
        [answer.headers.get("x-request-id")],
      ),
    ).toEqual([{ status: 500, outcomes: ["INTERNAL"], client: "app" }]);
  });

  test("in recording an answer keeps the answer from being sent, and is told of", async () => {
    await lose("access_log");
    const before = await counted();
    const query = `query Lot { device(serialNumber: "SN-1") { lotCode } }`;
    const { answer, logged } = await ask({ query });
    expectMasked(answer);
    expect(logged.map(({ event }) => event)).toEqual(["fault", "request"]);
    expect(logged[1]).toMatchObject({ ...REQUEST, operation: "Lot" });
    expect(await counted()).toBe(before + 1);
  });
});
