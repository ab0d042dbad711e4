import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { boundReading } from "./reading-time.ts";

/** More than the buffers of a connection hold. */
const BYTES = 32 * 1024 * 1024;
const answer = Buffer.alloc(BYTES, "x");
const server = createServer((_, response) => {
  response.writeHead(200, { "content-length": BYTES });
  response.end(answer);
});
let port = 0;

setLogWriter(() => undefined);
beforeAll(async () => {
  // Two seconds for these bytes, and half a second for any.
  boundReading(server, { answerReadMs: 500, answerBytesPerSecond: BYTES / 2 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.closeAllConnections());
afterAll(() => void server.close());

interface Reading {
  bytes: number;
  ms: number;
}

/** Reads so many bytes at the most every so many milliseconds; how many answers came whole. */
async function read({ bytes, ms }: { bytes: number; ms: number }, asked = 1): Promise<Reading> {
  const began = performance.now();
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(asked));
  let received = 0;
  let taken = 0;
  socket.on("data", (chunk: Buffer) => {
    received += chunk.length;
    taken += chunk.length;
    if (received >= BYTES * asked) socket.destroy();
    if (taken >= bytes) socket.pause();
  });
  const timer = setInterval(() => {
    taken = 0;
    socket.resume();
  }, ms);
  await once(socket, "close");
  clearInterval(timer);
  return { bytes: received, ms: performance.now() - began };
}

test.each<[string, { bytes: number; ms: number }, number, boolean]>([
  ["at once is answered", { bytes: BYTES, ms: 10 }, 1, true],
  ["two answers, one behind the other, gets both", { bytes: BYTES, ms: 10 }, 2, true],
  ["steadily gets all", { bytes: BYTES / 16, ms: 50 }, 1, true],
  ["a little now and then is cut off", { bytes: 50_000, ms: 100 }, 1, false],
])("whoever reads %s", async (_, pace, asked, isWhole) => {
  const { bytes, ms } = await read(pace, asked);
  expect(bytes >= BYTES * asked).toBe(isWhole);
  // By then he has what lay in the buffers of the connection.
  if (!isWhole) expect(ms).toBeGreaterThan(2_000);
});

test("what is held for whoever does not read is given free in time", async () => {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  socket.pause();
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const open = () => new Promise<number>((resolve) => server.getConnections((_, n) => resolve(n)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await open()).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(await open()).toBe(0);
  socket.destroy();
});
