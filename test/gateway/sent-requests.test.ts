import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { setLogWriter } from "../../shared/log.ts";
import { readAnswer, type TestGateway, testGateway } from "../support/gateway.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;
const lines: Record<string, unknown>[] = [];
setLogWriter((line) => void lines.push(JSON.parse(line)));

beforeAll(async () => {
  gateway = await testGateway({ services: [tinyManufacturing(), tinyOwnership()] });
});
afterAll(() => gateway.close());
beforeEach(() => {
  lines.length = 0;
  gateway.fetches.length = 0;
});

const DEVICE = '{ device(connhexId: "connhex-1") { id } }';
const faults = () => lines.filter(({ level }) => level === "ERROR");

async function get(search: string) {
  const headers = { authorization: `Bearer ${await gateway.token()}` };
  return readAnswer(await fetch(`${gateway.gateway.url}/graphql?${search}`, { headers }));
}
const encoded = (parameters: [string, string][]) => new URLSearchParams(parameters).toString();

describe("a request by GET is refused as wrong", () => {
  test.each<[string, [string, string][]]>([
    [
      "with two queries",
      [
        ["query", DEVICE],
        ["query", "{ __typename }"],
      ],
    ],
    [
      "with one query twice",
      [
        ["query", DEVICE],
        ["query", DEVICE],
      ],
    ],
    [
      "with two ids",
      [
        ["documentId", "a"],
        ["documentId", "b"],
      ],
    ],
    [
      "with two sets of variables",
      [
        ["query", DEVICE],
        ["variables", "{}"],
        ["variables", "{}"],
      ],
    ],
    [
      "with variables that are no JSON",
      [
        ["query", DEVICE],
        ["variables", "{"],
      ],
    ],
    [
      "with variables that are a list",
      [
        ["query", DEVICE],
        ["variables", "[]"],
      ],
    ],
    [
      "with variables that are a text",
      [
        ["query", DEVICE],
        ["variables", '"x"'],
      ],
    ],
    [
      "with extensions that are no JSON",
      [
        ["query", DEVICE],
        ["extensions", "x"],
      ],
    ],
    [
      "with an id and variables that are no JSON",
      [
        ["documentId", "a"],
        ["variables", "{"],
      ],
    ],
  ])("%s", async (_, parameters) => {
    const { status, data, errors } = await get(encoded(parameters));
    expect([status, data, errors.map(({ extensions }) => extensions.code)]).toEqual([
      400,
      undefined,
      ["BAD_USER_INPUT"],
    ]);
    expect(gateway.fetches).toEqual([]);
    expect(faults()).toEqual([]);
  });

  test.each<[string, [string, string][]]>([
    ["without variables", [["query", DEVICE]]],
    [
      "with empty variables",
      [
        ["query", DEVICE],
        ["variables", ""],
      ],
    ],
    [
      "with variables that are null",
      [
        ["query", DEVICE],
        ["variables", "null"],
      ],
    ],
    [
      "with a parameter of somebody else",
      [
        ["query", DEVICE],
        ["utm", "x"],
      ],
    ],
  ])("but not %s", async (_, parameters) => {
    const { status, data } = await get(encoded(parameters));
    expect([status, data]).toEqual([200, { device: { id: expect.any(String) } }]);
  });
});

test("a client that hangs up while it sends did not send too much", async () => {
  const socket = connect(gateway.gateway.port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await gateway.token()}\r\n` +
      'Content-Type: application/json\r\nContent-Length: 500\r\nX-Request-Id: cut-off-1\r\n\r\n{"query":',
  );
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
  const told = () => lines.find(({ event, id }) => event === "request" && id === "cut-off-1");
  for (let n = 0; n < 50 && !told(); n++) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(told()).toMatchObject({ status: 400, codes: ["BAD_USER_INPUT"] });
  const text = "SELECT status, outcomes FROM access_log WHERE request_id = 'cut-off-1'";
  expect(await gateway.database.admin(text)).toEqual([
    { status: 400, outcomes: ["BAD_USER_INPUT"] },
  ]);
  expect(faults()).toEqual([]);
});
