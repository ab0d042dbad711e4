import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;
const lines: string[] = [];
setLogWriter((line) => lines.push(line));
beforeAll(async () => {
  gateway = await testGateway({
    services: [tinyManufacturing(), tinyOwnership()],
    readingTime: { answerReadMs: 500, answerBytesPerSecond: 16 * 1024 * 1024 },
  });
});
afterAll(() => gateway.close());

/** The whole schema many times over: a megabyte. */
const FIELDS = "fields { name description args { name description } }";
const TYPES = `types { name fields { name type { name ${FIELDS} ofType { name ${FIELDS} } } } }`;
const ALIASES = Array.from({ length: 30 }, (_, n) => `a${n}: __schema { ${TYPES} }`);
const QUERY = `{ ${ALIASES.join(" ")} }`;

test("an answer of the gateway that is not read is not held for ever", async () => {
  const body = JSON.stringify({ query: QUERY });
  const authorization = `Bearer ${await gateway.token()}`;
  const whole = await gateway.send(body, { authorization });
  expect([whole.status, whole.errors]).toEqual([200, []]);
  expect(whole.text.length).toBeGreaterThan(1_000_000);
  const request =
    `POST /graphql HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(gateway.gateway.port, "127.0.0.1").pause();
  socket.on("error", () => undefined);
  // Together more than the buffers of a connection hold.
  socket.write(request.repeat(10));
  await givenUp();
  socket.resume();
  await once(socket, "close");
}, 60_000);

/** Until an answer is given up; a busy machine has its time. */
async function givenUp(): Promise<void> {
  while (!lines.some((line) => line.includes('"answer-unread"'))) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
