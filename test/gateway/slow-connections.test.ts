import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { GATEWAY_LIMITS } from "../../gateway/limits.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

/** Node looks for slow clients once a second; some seconds for a busy machine. */
const GRACE_MS = 5_000;
const EACH = 100;
const HEAD = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";

let gateway: TestGateway;
setLogWriter(() => undefined);
beforeAll(async () => {
  gateway = await testGateway({ services: [tinyManufacturing(), tinyOwnership()] });
});
afterAll(() => gateway.close());

/** A connection that sends `begin` and then one letter a second; resolves when it is dropped. */
class SlowConnection {
  private readonly began = performance.now();
  private readonly socket: Socket;
  private readonly timer: NodeJS.Timeout;
  droppedAfterMs: number | null = null;
  readonly dropped: Promise<void>;

  constructor(begin: string, letter: string | null) {
    this.socket = connect(gateway.gateway.port, "127.0.0.1");
    this.socket.on("error", () => undefined).resume();
    if (begin) this.socket.write(begin);
    this.timer = setInterval(() => letter !== null && this.socket.write(letter), 1_000);
    this.dropped = new Promise((resolve) => {
      this.socket.once("close", () => {
        clearInterval(this.timer);
        this.droppedAfterMs = performance.now() - this.began;
        resolve();
      });
    });
  }
}
const many = (begin: string, letter: string | null) =>
  Array.from({ length: EACH }, () => new SlowConnection(begin, letter));
const latest = (connections: readonly SlowConnection[]) =>
  Math.max(...connections.map(({ droppedAfterMs }) => droppedAfterMs ?? Number.POSITIVE_INFINITY));

describe("hundreds of connections", () => {
  test("that ask nothing, or ask too slowly, are dropped in time, and others are served meanwhile", async () => {
    const authorization = `Bearer ${await gateway.token()}`;
    const headers = `${HEAD}authorization: ${authorization}\r\n`;
    const silent = many("", null);
    const slowHeads = many(HEAD, "x");
    const slowBodies = many(`${headers}content-length: 1000\r\n\r\n{`, " ");
    const chunked = many(`${headers}transfer-encoding: chunked\r\n\r\n`, "1\r\n \r\n");
    const all = [silent, slowHeads, slowBodies, chunked].flat();
    let isOver = false;
    const over = Promise.all(all.map(({ dropped }) => dropped)).then(() => {
      isOver = true;
    });
    const latencies: number[] = [];
    while (!isOver) {
      const began = performance.now();
      const { data } = await gateway.query(`{ device(connhexId: "connhex-1") { serialNumber } }`);
      expect(data).toEqual({ device: { serialNumber: "SN-1" } });
      latencies.push(performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await over;
    const { headersTimeoutMs, requestTimeoutMs } = GATEWAY_LIMITS;
    expect(latest([...silent, ...slowHeads])).toBeLessThan(headersTimeoutMs + GRACE_MS);
    expect(latest([...slowBodies, ...chunked])).toBeLessThan(requestTimeoutMs + GRACE_MS);
    expect(latencies.length).toBeGreaterThan(20);
    expect(Math.max(...latencies)).toBeLessThan(2_000);
  }, 60_000);
});
