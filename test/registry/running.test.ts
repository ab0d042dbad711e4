import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Role } from "../../shared/caller.ts";
import { readAnswer } from "../support/gateway.ts";
import { type RegistryGateway, registryGateway } from "./registry-gateway.ts";

const DEVICE = "query Device($n: String!) { device(serialNumber: $n) { serialNumber phase } }";
const PAGE = `query Page($n: String!, $first: Int!) {
  device(serialNumber: $n) { siblings(first: $first) { nodes { serialNumber } } } }`;
const UNSIZED = `query Unsized($n: String!, $first: Int) {
  device(serialNumber: $n) { siblings(first: $first) { nodes { serialNumber } } } }`;
const DEFINE = 'mutation Retire { retireField(name: "x") { name } }';
const hash = (text: string, algorithm = "sha256") =>
  createHash(algorithm).update(text).digest("hex");

let registry: RegistryGateway;
let client: string;

beforeAll(async () => {
  registry = await registryGateway();
  client = await registry.newApp();
  await registry.gateway.query(
    "mutation ($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { recorded } }",
    { input: [{ serialNumber: "SN-1", lotCode: "L-1", phase: "TESTING" }] },
    "line",
  );
  await registry.publish(client, [
    { id: hash(DEVICE), text: DEVICE },
    { id: `sha256:${hash(PAGE)}`, text: PAGE, variableLimits: { first: 20 } },
    { id: "unsized", text: UNSIZED, variableLimits: { first: 5 } },
    { id: hash(DEFINE, "md5"), text: DEFINE },
  ]);
}, 60_000);
afterAll(() => registry?.close());

async function headersOf(role: Role = "engineering"): Promise<Record<string, string>> {
  const token = await registry.gateway.token({ roles: [role], client });
  return { authorization: `Bearer ${token}`, accept: "application/graphql-response+json" };
}

async function get(search: Record<string, string>, more: Record<string, string> = {}) {
  const url = `${registry.gateway.gateway.url}/graphql?${new URLSearchParams(search)}`;
  return readAnswer(await fetch(url, { headers: { ...(await headersOf()), ...more } }));
}

const variables = { n: "SN-1" };
const FOUND = { device: { serialNumber: "SN-1", phase: "TESTING" } };

describe("a published document is run by its id, as its client's program says it", () => {
  test.each<[string, object]>([
    ["the draft's documentId", { documentId: hash(DEVICE) }],
    ["the same with the prefix of its kind", { documentId: `sha256:${hash(DEVICE)}` }],
    [
      "Apollo's extension",
      { extensions: { persistedQuery: { version: 1, sha256Hash: hash(DEVICE) } } },
    ],
    [
      "Apollo's extension with its name",
      {
        operationName: "Device",
        extensions: { persistedQuery: { version: 1, sha256Hash: hash(DEVICE) } },
      },
    ],
    ["Relay's doc_id", { doc_id: hash(DEVICE) }],
    ["Relay's id", { id: hash(DEVICE) }],
  ])("%s, by POST and by GET", async (_, asked) => {
    const posted = await registry.gateway.send({ ...asked, variables }, await headersOf());
    expect([posted.status, posted.data, posted.errors]).toEqual([200, FOUND, []]);
    expect(posted.headers.get("content-type")).toMatch("application/graphql-response+json");
    const search = Object.entries({ ...asked, variables }).map(([name, value]) => [
      name,
      typeof value === "string" ? value : JSON.stringify(value),
    ]);
    const got = await get(Object.fromEntries(search));
    expect([got.status, got.data]).toEqual([200, FOUND]);
  });
});

describe("the answer to GET", () => {
  const search = { documentId: hash(DEVICE), variables: JSON.stringify(variables) };

  test("has a tag that says whether it changed, where nobody's name can stand in it", async () => {
    const first = await get(search);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(first.headers.get("cache-control")).toBe("private, no-cache");
    const again = await get(search, { "if-none-match": etag });
    expect([again.status, again.text]).toEqual([304, ""]);
    const weakened = await get(search, { "if-none-match": `"other", W/${etag}` });
    expect(weakened.status).toBe(304);
    await registry.gateway.query(
      "mutation ($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { revised } }",
      { input: [{ serialNumber: "SN-1", phase: "PACKAGING" }] },
      "line",
    );
    const changed = await get(search, { "if-none-match": etag });
    expect([changed.status, changed.data]).toEqual([
      200,
      { device: { serialNumber: "SN-1", phase: "PACKAGING" } },
    ]);
  });

  test("lies in no cache where the role may read people's names", async () => {
    const { headers } = await get(search, await headersOf("support"));
    expect([headers.get("cache-control"), headers.get("etag")]).toEqual(["no-store", null]);
  });
});

describe("refused is", () => {
  test.each<[string, object, number, string]>([
    ["an id that nobody published", { documentId: hash("x") }, 404, "DOCUMENT_NOT_FOUND"],
    [
      "another operation's name",
      { documentId: hash(DEVICE), operationName: "Other" },
      400,
      "BAD_USER_INPUT",
    ],
    [
      "a variable beyond its declared limit",
      {
        documentId: hash(PAGE),
        variables: { n: "SN-1", first: 21 },
      },
      400,
      "VARIABLE_BEYOND_LIMIT",
    ],
    [
      "a size that is null, where the page would be larger than its limit",
      { documentId: "unsized", variables: { n: "SN-1", first: null } },
      400,
      "VARIABLE_BEYOND_LIMIT",
    ],
    [
      "the same size, not sent",
      { documentId: "unsized", variables: { n: "SN-1" } },
      400,
      "VARIABLE_BEYOND_LIMIT",
    ],
    [
      "a variable that is missing",
      { documentId: hash(DEVICE), variables: {} },
      400,
      "BAD_USER_INPUT",
    ],
  ])("%s", async (_, asked, status, code) => {
    const answer = await registry.gateway.send({ variables, ...asked }, await headersOf());
    expect([answer.status, answer.errors[0]?.extensions.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toMatch("application/graphql-response+json");
    expect(answer.data).toBeUndefined();
  });

  test("a change by GET, as the draft says", async () => {
    const { status, headers } = await get({ documentId: hash(DEFINE, "md5") });
    expect([status, headers.get("allow")]).toEqual([405, "POST"]);
  });

  test("another client's document, in the words for one that does not exist", async () => {
    const token = await registry.gateway.token({ roles: ["engineering"], client: "somebody" });
    const authorization = `Bearer ${token}`;
    const foreign = await registry.gateway.send({ documentId: hash(DEVICE) }, { authorization });
    const unknown = await registry.gateway.send({ documentId: "x" }, { authorization });
    expect(foreign.text).toBe(unknown.text);
    expect(foreign.status).toBe(404);
  });
});
