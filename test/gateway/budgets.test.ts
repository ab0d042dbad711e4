import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await testGateway({
    services: [tinyManufacturing(), tinyOwnership()],
    budgets: { staff: 60, partner: 60, other: 60 },
  });
});
afterAll(() => gateway?.close());

test("a caller's budget is told with each answer, and its end is not a fault", async () => {
  const answers = [];
  for (let count = 0; count < 12; count++) answers.push(await gateway.query("{ __typename }"));
  const [first] = answers;
  expect(first?.headers.get("ratelimit-policy")).toBe('"caller";q=10;w=10');
  expect(first?.headers.get("ratelimit")).toMatch(/^"caller";r=9;t=\d+$/);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.errors[0]?.extensions).toMatchObject({
    ...{ code: "RATE_LIMITED", limit: "requests", most: 10, retryable: true },
  });
  expect(Number(refused?.headers.get("retry-after"))).toBeGreaterThan(0);
  const other = await gateway.query("{ __typename }", {}, "engineering");
  expect(other.status).toBe(200);
});

test("whoever fails too often is not even checked for a while", async () => {
  const wrong = { authorization: "Bearer wrong" };
  const statuses = new Set<number>();
  for (let count = 0; count < 61; count++) {
    statuses.add((await gateway.send({ query: "{ __typename }" }, wrong)).status);
  }
  expect([...statuses]).toEqual([401, 429]);
});
