import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { boundConnections } from "./connections-per-address.ts";

const server = createServer((_, response) => void response.end("here"));
const addresses = boundConnections(server, 5);
const sockets: Socket[] = [];
let port = 0;

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

/** Opens a connection from one of this machine's own addresses, and says whether it is served. */
async function isServed(localAddress: string): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  sockets.push(socket);
  socket.on("error", () => undefined);
  socket.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  const answered = once(socket, "data").then(() => true);
  const closed = once(socket, "close").then(() => false);
  return Promise.race([answered, closed]);
}

test("one address holds so many connections and no more, and others are served", async () => {
  for (let n = 0; n < 5; n++) expect(await isServed("127.0.0.1")).toBe(true);
  expect(await isServed("127.0.0.1")).toBe(false);
  expect(await isServed("127.0.0.2")).toBe(true);
  expect(addresses()).toBe(2);
  const [first] = sockets;
  first?.destroy();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await isServed("127.0.0.1")).toBe(true);
  expect(await isServed("127.0.0.1")).toBe(false);
});
