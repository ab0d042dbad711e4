import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  DOCUMENTS,
  PUBLISH,
  RETIRE,
  type RegistryGateway,
  registryGateway,
} from "./registry-gateway.ts";

const LOT = "query Lot($n: String!) { device(serialNumber: $n) { serialNumber lotCode } }";
const PHASE = "query Phase($n: String!) { device(serialNumber: $n) { phase } }";
const SIBLINGS = `query Siblings($n: String!, $first: Int!) {
  device(serialNumber: $n) { siblings(first: $first) { nodes { serialNumber } } }
}`;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let registry: RegistryGateway;
beforeAll(async () => {
  registry = await registryGateway();
}, 60_000);
afterEach(() => registry?.closeElsewhere());
afterAll(() => registry?.close());

describe("publishing", () => {
  test("keeps a document as it is given, with what it costs, and lets its client run it", async () => {
    const client = await registry.newApp();
    const id = `sha256:${sha256(SIBLINGS)}`;
    const documents = [{ id, text: SIBLINGS, variableLimits: { first: 20 } }];
    const publication = await registry.publish(client, documents);
    expect(publication).toMatchObject({
      ...{ version: "1", isPublished: true, published: 1, unchanged: 0, refused: 0 },
      client: { name: client },
      verdicts: [{ id, operationName: "Siblings", outcome: "PUBLISHED", problems: [] }],
    });
    const [{ nodes, values, fetches }] = publication.verdicts;
    expect(nodes).toBeGreaterThanOrEqual(21);
    expect(values).toBeGreaterThanOrEqual(20);
    expect(fetches).toBeGreaterThanOrEqual(1);
    const { nodes: read, totalCount } = await registry.documentsOf(client);
    expect(totalCount).toBe(1);
    expect(read).toEqual([
      {
        id: expect.any(String),
        documentId: id,
        text: SIBLINGS,
        operationName: "Siblings",
        operationType: "query",
        variableLimits: { first: 20 },
        ...{ nodes, values, fetches },
        versions: ["1"],
        isLive: true,
        publishedAt: expect.stringMatching(/Z$/),
        publishedBy: "the-admin",
        retiredAt: null,
        client: { name: client },
      },
    ]);
    expect(await (await registry.elsewhere()).document("demo", client, id)).toEqual({
      id,
      text: SIBLINGS,
      operationName: "Siblings",
      variableLimits: { first: 20 },
      isRetired: false,
    });
    const one = "query ($id: ID!) { node(id: $id) { ... on Document { documentId } } }";
    const { node } = await registry.data(one, { id: read[0].id });
    expect(node).toEqual({ documentId: id });
  });

  test("again changes nothing; a new version holds what an old one holds", async () => {
    const client = await registry.newApp();
    const both = [
      { id: "lot", text: LOT },
      { id: "phase", text: PHASE },
    ];
    await registry.publish(client, both);
    const [before] = (await registry.documentsOf(client)).nodes;
    expect(await registry.publish(client, both)).toMatchObject({ published: 0, unchanged: 2 });
    const second = await registry.publish(client, both.slice(0, 1), { version: "2" });
    expect(second).toMatchObject({ isPublished: true, published: 0, unchanged: 1 });
    const { nodes } = await registry.documentsOf(client);
    expect(nodes).toMatchObject([{ versions: ["1", "2"] }, { versions: ["1"] }]);
    expect(nodes[0].publishedAt).toBe(before.publishedAt);
    expect(await registry.documentsOf(client, { version: "2" })).toMatchObject({
      totalCount: 1,
      nodes: [{ documentId: "lot" }],
    });
    expect((await registry.documentsOf(client, { version: "3" })).totalCount).toBe(0);
  });

  test("takes other limits for the same text", async () => {
    const client = await registry.newApp();
    const documents = (first: number) => [{ id: "s", text: SIBLINGS, variableLimits: { first } }];
    await registry.publish(client, documents(20));
    expect(await registry.publish(client, documents(30))).toMatchObject({ published: 1 });
    expect(await registry.publish(client, documents(30))).toMatchObject({ unchanged: 1 });
    const known = await (await registry.elsewhere()).document("demo", client, "s");
    expect(known?.variableLimits).toEqual({ first: 30 });
  });

  test("is all or nothing, and says of every document what is wrong, and where", async () => {
    const client = await registry.newApp();
    const misspelt = 'query Misspelt {\n  device(serialNumber: "SN-1") { lotCoed }\n}';
    const publication = await registry.publish(client, [
      { id: "lot", text: LOT },
      { id: "misspelt", text: misspelt },
      { id: "broken", text: "query Broken {" },
      { id: sha256("something else"), text: PHASE },
      { id: "limits", text: SIBLINGS, variableLimits: { first: -1 } },
    ]);
    expect(publication).toMatchObject({ isPublished: false, published: 1, refused: 4 });
    const [lot, spelt, broken, hashed, limits] = publication.verdicts;
    expect(lot).toMatchObject({ outcome: "PUBLISHED", problems: [] });
    expect(spelt.problems[0]).toMatchObject({ line: 2, field: "Device.lotCoed" });
    expect(broken.problems[0]).toMatchObject({ code: "BAD_USER_INPUT", line: 1, column: 15 });
    expect(hashed.problems).toMatchObject([{ code: "BAD_DOCUMENT_ID" }]);
    expect(hashed.problems[0].message).toContain(sha256(PHASE));
    expect(limits.problems[0]).toMatchObject({ code: "INVALID_VALUE" });
    expect((await registry.documentsOf(client)).totalCount).toBe(0);
    expect(await (await registry.elsewhere()).document("demo", client, "lot")).toBeNull();
  });

  test("asks for the roles of the client, not for those of who publishes", async () => {
    await registry.addPartner("reader");
    const text = "query Owned($n: String!) { device(serialNumber: $n) { owner { displayName } } }";
    const { isPublished, verdicts } = await registry.publish("reader", [{ id: "owned", text }]);
    expect(isPublished).toBe(false);
    expect(verdicts[0].problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ code: "FORBIDDEN", field: "Owner.displayName", line: 1 }),
      ]),
    );
  });

  test("only tried writes nothing", async () => {
    const client = await registry.newApp();
    const tried = await registry.publish(client, [{ id: "lot", text: LOT }], { dryRun: true });
    expect(tried).toMatchObject({ isPublished: false, published: 1, refused: 0 });
    expect((await registry.documentsOf(client)).totalCount).toBe(0);
  });

  test("refuses an id with another text, and one that stands twice", async () => {
    const client = await registry.newApp();
    await registry.publish(client, [{ id: "lot", text: LOT }]);
    const other = await registry.publish(client, [{ id: "lot", text: PHASE }], { version: "2" });
    expect(other.verdicts[0].problems).toMatchObject([{ code: "DOCUMENT_ID_TAKEN" }]);
    const twice = await registry.publish(client, [
      { id: "a", text: LOT },
      { id: "a", text: LOT },
    ]);
    expect(twice).toMatchObject({ isPublished: false, refused: 1 });
    expect(await (await registry.elsewhere()).document("demo", client, "lot")).toMatchObject({
      text: LOT,
    });
  });

  test("of one id by two at the same time: one wins, and the other one is told", async () => {
    const client = await registry.newApp();
    const texts = [LOT, PHASE];
    const answers = await Promise.all(
      texts.map((text, n) =>
        registry.publish(client, [{ id: "raced", text }], { version: `${n}` }),
      ),
    );
    const won = answers.filter(({ isPublished }) => isPublished);
    const lost = answers.filter(({ isPublished }) => !isPublished);
    expect([won.length, lost.length]).toEqual([1, 1]);
    expect(lost[0].verdicts[0].problems).toMatchObject([{ code: "DOCUMENT_ID_TAKEN" }]);
    const known = await (await registry.elsewhere()).document("demo", client, "raced");
    expect(known?.text).toBe(texts[answers.indexOf(won[0])]);
  });

  test("of many at the same time gives each document a place of its own", async () => {
    const client = await registry.newApp();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        registry.publish(client, [
          { id: `lot-${n}`, text: LOT },
          { id: "shared", text: PHASE },
        ]),
      ),
    );
    expect(answers.every(({ isPublished }) => isPublished)).toBe(true);
    const found: string[] = [];
    for (let after = null, more = true; more; ) {
      const page = await registry.documentsOf(client, { first: 2, after });
      found.push(...page.nodes.map(({ documentId }: { documentId: string }) => documentId));
      ({ hasNextPage: more, endCursor: after } = page.pageInfo);
    }
    expect(found.sort()).toEqual([...Array.from({ length: 8 }, (_, n) => `lot-${n}`), "shared"]);
  });

  test.each<[what: string, variables: object, code: string]>([
    ["no document", { documents: [] }, "BAD_USER_INPUT"],
    ["a version that is none", { version: "a b" }, "BAD_USER_INPUT"],
    ["a client that is not there", { client: "nobody" }, "NOT_FOUND"],
    [
      "too many documents",
      { documents: Array.from({ length: 1_001 }, (_, n) => ({ id: `${n}`, text: "x" })) },
      "LIMIT_EXCEEDED",
    ],
  ])("refuses %s", async (_, variables, code) => {
    const client = await registry.newApp();
    const documents = [{ id: "lot", text: LOT }];
    const asked = { client, version: "1", documents, ...variables };
    expect(await registry.refusal(PUBLISH, asked)).toBe(code);
  });
});

test("only an administrator publishes and retires; engineering reads what was published", async () => {
  const client = await registry.newApp();
  await registry.publish(client, [{ id: "lot", text: LOT }]);
  const engineering = { role: "engineering" } as const;
  const { client: read } = await registry.data(DOCUMENTS, { name: client }, engineering);
  expect(read.documents.totalCount).toBe(1);
  const documents = [{ id: "phase", text: PHASE }];
  const asked = { client, version: "1", documents };
  expect(await registry.refusal(PUBLISH, asked, engineering)).toBe("FORBIDDEN");
  expect(await registry.refusal(RETIRE, { client, version: "1" }, engineering)).toBe("FORBIDDEN");
});
