import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ROLES, type Role } from "../../shared/caller.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { tinyManufacturing, tinyOwnership } from "./tiny-subgraphs.ts";

let gateway: TestGateway;
setLogWriter(() => undefined);

beforeAll(async () => {
  gateway = await testGateway({ services: [tinyManufacturing(), tinyOwnership()] });
});
afterAll(() => gateway.close());

const QUERY = "query($id: ID!) { device(connhexId: $id) { id } }";
const KIB = 1024;
/** What runs documents only is refused texts, but after its body was read. */
const DOCUMENTS_ONLY = ["partner"];
const SENDERS_OF_BATCHES = ["line", "recall_manager", "engineering", "compliance", "admin"];

/** A request of so many bytes, with white space in it: cheap to make, and well-formed. */
function bodyOf(bytes: number): string {
  const body = JSON.stringify({ query: QUERY, variables: { id: "connhex-1" } });
  return body + " ".repeat(bytes - body.length);
}

async function answered(roles: readonly Role[], body: string): Promise<unknown[]> {
  const authorization = `Bearer ${await gateway.token({ roles })}`;
  const { status, errors } = await gateway.send(body, { authorization });
  return [status, errors[0]?.extensions.code, errors[0]?.extensions.most].filter(Boolean);
}

describe("a body of a caller of role", () => {
  test.each(ROLES.map((role) => [role, SENDERS_OF_BATCHES.includes(role) ? 4_096 : 128] as const))(
    "%s has at most %i KiB",
    async (role, most) => {
      const taken = DOCUMENTS_ONLY.includes(role) ? [403, "DOCUMENT_REQUIRED"] : [200];
      expect(await answered([role], bodyOf(most * KIB))).toEqual(taken);
      const refused = [413, "BODY_TOO_LARGE", most * KIB];
      expect(await answered([role], bodyOf(most * KIB + 1))).toEqual(refused);
    },
  );
});

test("whoever has no role may send no more than a partner", async () => {
  expect(await answered([], bodyOf(129 * KIB))).toEqual([413, "BODY_TOO_LARGE", 128 * KIB]);
});

test("a second role brings its own size", async () => {
  expect(await answered(["owner", "line"], bodyOf(4_096 * KIB))).toEqual([200]);
});

test("a body is parsed once", async () => {
  const parse = JSON.parse;
  const body = bodyOf(100 * KIB);
  let times = 0;
  JSON.parse = (...given: Parameters<typeof parse>) => {
    if (given[0] === body) times++;
    return parse(...given);
  };
  try {
    expect(await answered(["support"], body)).toEqual([200]);
  } finally {
    JSON.parse = parse;
  }
  expect(times).toBe(1);
});
