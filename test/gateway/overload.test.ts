import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { type Answer, type TestGateway, testGateway } from "../support/gateway.ts";
import { type TinySubgraph, tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

/** One request at once, one that waits for it, and that for two seconds. */
const capacity = { running: 1, queued: 1, queueMs: 2_000, delayMs: () => 0 };
const CHEAP = '{ device(connhexId: "connhex-1") { serialNumber } }';
const COSTLY = '{ device(connhexId: "connhex-1") { siblings(first: 900) { serialNumber } } }';

let gateway: TestGateway;
let manufacturing: TinySubgraph;
setLogWriter(() => undefined);

beforeAll(async () => {
  manufacturing = tinyManufacturing();
  gateway = await testGateway({ services: [manufacturing, tinyOwnership()], capacity });
});
afterAll(() => gateway.close());

/** Resolves when so many requests wait for a place. */
async function waiting(count: number): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${gateway.gateway.url}/metrics`)).text();
    if (new RegExp(`state="queued"} ${count}$`, "m").test(metrics)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Holds the one place until it is called. */
async function holdPlace(): Promise<() => Promise<Answer>> {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const begun = new Promise<void>((begin) => {
    manufacturing.fault = () => {
      begin();
      return held;
    };
  });
  const running = gateway.query(CHEAP);
  await begun;
  return () => {
    manufacturing.fault = () => undefined;
    release();
    return running;
  };
}

const outcome = ({ status, headers, errors, data }: Answer) => [
  status,
  headers.get("retry-after"),
  errors[0]?.extensions ?? data,
];
const SHED = [503, "2", { code: "OVERLOADED", retryable: true }];
const FOUND = [200, null, { device: { serialNumber: "SN-1" } }];

test("past its capacity a gateway refuses at once with 503, and says when to come again", async () => {
  const release = await holdPlace();
  const second = gateway.query(CHEAP);
  await waiting(1);
  const began = performance.now();
  expect(outcome(await gateway.query(CHEAP))).toEqual(SHED);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(outcome(await release())).toEqual(FOUND);
  expect(outcome(await second)).toEqual(FOUND);
});

test("a cheap document takes the place of a costly one that still waits", async () => {
  const release = await holdPlace();
  const costly = gateway.query(COSTLY);
  await waiting(1);
  const cheap = gateway.query(CHEAP);
  expect(outcome(await costly)).toEqual(SHED);
  expect(outcome(await release())).toEqual(FOUND);
  expect(outcome(await cheap)).toEqual(FOUND);
});

test("nobody waits for longer than two seconds", async () => {
  const release = await holdPlace();
  const began = performance.now();
  expect(outcome(await gateway.query(CHEAP))).toEqual(SHED);
  expect(performance.now() - began).toBeGreaterThan(1_900);
  expect(outcome(await release())).toEqual(FOUND);
});
