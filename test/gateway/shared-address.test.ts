import { afterAll, afterEach, beforeEach, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;
const lines: string[] = [];
setLogWriter((line) => lines.push(line));

beforeEach(async () => {
  lines.length = 0;
  gateway = await testGateway({ services: [tinyManufacturing(), tinyOwnership()] });
});
afterEach(() => gateway.close());
afterAll(() => setLogWriter(() => undefined));

const QUERY = { query: "{ __typename }" };
const ADD_CLIENT = `mutation {
  addClient(input: { name: "dock", kind: APP, roles: ["line"] }) { name }
}`;
const ADD_KEY = `mutation { addClientKey(client: "dock") { text key { keyId } } }`;
const REVOKE = `mutation ($keyId: ID!) {
  revokeClientKey(keyId: $keyId, reason: "it leaked") { keyId }
}`;

const statusOf = async (headers: Record<string, string>) =>
  (await gateway.send(QUERY, headers)).status;
const bearer = async (subject: string) => ({
  authorization: `Bearer ${await gateway.token({ subject })}`,
});

/** How many of a stranger's requests at this address, all at once, got which status. */
async function knocked(count: number): Promise<Record<number, number>> {
  const wrong = Array.from({ length: count }, (_, n) =>
    statusOf({ authorization: `Bearer x${n}` }),
  );
  const counts: Record<number, number> = {};
  for (const status of await Promise.all(wrong)) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** A client's key, as the administrator made it. */
async function newKey(): Promise<{ key: Record<string, string>; keyId: string }> {
  await gateway.query(ADD_CLIENT, {}, "admin");
  const { data, text } = await gateway.query(ADD_KEY, {}, "admin");
  const made = data?.addClientKey as { text: string; key: { keyId: string } } | undefined;
  if (!made) throw new Error(text);
  return { key: { "x-api-key": made.text }, keyId: made.key.keyId };
}

test("a stranger who fails all the time does not shut out those who share his address", async () => {
  const { key } = await newKey();
  const colleague = await bearer("colleague");
  expect([await statusOf(key), await statusOf(colleague)]).toEqual([200, 200]);
  await knocked(70);
  for (let round = 0; round < 3; round++) {
    expect(await knocked(10)).toHaveProperty("429");
    expect([await statusOf(key), await statusOf(colleague)]).toEqual([200, 200]);
  }
  await knocked(20);
  // Whether his token is good cannot be told without checking it.
  expect(await statusOf(await bearer("newcomer"))).toBe(429);
});

test("of many wrong credentials at once no more are checked than may fail", async () => {
  const counts = await knocked(300);
  // One more is granted in each second that the answers take.
  expect(counts[401]).toBeGreaterThanOrEqual(60);
  expect(counts[401]).toBeLessThan(75);
});

test("many people may come at once from one address", async () => {
  const people = await Promise.all(Array.from({ length: 200 }, (_, n) => bearer(`person-${n}`)));
  const statuses = await Promise.all(people.map(statusOf));
  expect(new Set(statuses)).toEqual(new Set([200]));
});

test("a key that was good is refused once it is revoked, and counts as a failure", async () => {
  const { key, keyId } = await newKey();
  expect(await statusOf(key)).toBe(200);
  const admin = { authorization: `Bearer ${await gateway.token({ roles: ["admin"] })}` };
  expect(await statusOf(admin)).toBe(200);
  await knocked(70);
  const revoked = await gateway.send({ query: REVOKE, variables: { keyId } }, admin);
  expect(revoked.errors).toEqual([]);
  await knocked(10);
  expect([await statusOf(key), await statusOf(key)]).toEqual([401, 429]);
});

test("a proxy that the configuration does not know is told of, once", async () => {
  for (const address of ["198.51.100.7", "198.51.100.8"]) {
    expect(await statusOf({ ...(await bearer("anybody")), "x-forwarded-for": address })).toBe(200);
  }
  const told = lines.filter((line) => line.includes("forwarded-for-unread"));
  expect(told).toEqual([expect.stringContaining('"level":"WARN"')]);
});
