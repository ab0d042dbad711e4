import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { type TinySubgraph, tinyManufacturing, tinyOwnership } from "../gateway/tiny-subgraphs.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";

setLogWriter(() => undefined);
let gateway: TestGateway;
let manufacturing: TinySubgraph;
beforeAll(async () => {
  manufacturing = tinyManufacturing();
  gateway = await testGateway({ services: [manufacturing, tinyOwnership()] });
});
afterAll(() => gateway.close());

async function ready() {
  const answer = await fetch(`${gateway.gateway.url}/readyz`);
  return { status: answer.status, ...((await answer.json()) as object) };
}

const READY = {
  status: 200,
  ready: true,
  database: true,
  planner: true,
  ledger: true,
  open: true,
  subgraphs: { manufacturing: true, ownership: true },
};

test("a gateway without its own database is alive, not ready, and ready again when it is back", async () => {
  expect(await ready()).toEqual(READY);
  await gateway.database.stop();
  expect(await ready()).toEqual({ ...READY, status: 503, ready: false, database: false });
  expect((await fetch(`${gateway.gateway.url}/livez`)).status).toBe(200);
  await gateway.database.resume();
  expect(await ready()).toEqual(READY);
});

test("a subgraph that hangs makes it unready within seconds", async () => {
  manufacturing.fault = () => new Promise(() => undefined);
  const began = performance.now();
  expect(await ready()).toEqual({
    ...READY,
    status: 503,
    ready: false,
    subgraphs: { manufacturing: false, ownership: true },
  });
  expect(performance.now() - began).toBeLessThan(4_000);
  manufacturing.fault = () => undefined;
});

test("a gateway on its way out says so to whoever asks on a kept connection", async () => {
  const other = await testGateway({ services: [manufacturing, tinyOwnership()] });
  let release: (() => void) | undefined;
  manufacturing.fault = () => new Promise<void>((resolve) => (release = resolve));
  const inFlight = other.query(`{ device(connhexId: "connhex-1") { serialNumber } }`);
  while (!release) await new Promise((resolve) => setTimeout(resolve, 5));
  manufacturing.fault = () => undefined;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const get = (path: string) =>
    new Promise<{ status: unknown; connection: unknown; body: string }>((resolve, reject) => {
      const asked = request({ port: other.gateway.port, path, agent }, async (answer) => {
        const { statusCode: status, headers } = answer;
        resolve({ status, connection: headers.connection, body: await text(answer) });
      });
      asked.on("error", reject).end();
    });
  expect(await get("/livez")).toMatchObject({ status: 200, connection: "keep-alive" });
  const closed = other.close();
  const answer = await get("/readyz");
  expect(answer).toMatchObject({ status: 503, connection: "close" });
  expect(JSON.parse(answer.body)).toMatchObject({ ready: false, open: false });
  release();
  expect((await inFlight).headers.get("connection")).toBe("close");
  await closed;
});

test("however many ask at once, it is looked once", async () => {
  let looked = 0;
  manufacturing.fault = () => new Promise((resolve) => setTimeout(resolve, 300, looked++));
  const answers = await Promise.all(Array.from({ length: 30 }, ready));
  expect(answers).toEqual(answers.map(() => READY));
  expect(looked).toBeLessThan(4);
});
