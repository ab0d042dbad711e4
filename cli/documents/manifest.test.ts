import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { documentsOfFiles } from "./document-folder.ts";
import { limitsOf, readLimits } from "./limits-file.ts";
import { documentsIn, readManifests } from "./manifest.ts";
import { writtenPlace } from "./written-place.ts";

const LOT = "query Lot {\n  lot\n}";
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-manifest-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function refusal(attempt: () => unknown): string {
  try {
    attempt();
    return "ok";
  } catch (error) {
    return `${(error as { code: string }).code} ${(error as Error).message}`;
  }
}

describe("a manifest is read as its toolchain writes it:", () => {
  test("Apollo's, with its bodies", () => {
    const operation = { id: sha256(LOT), name: "Lot", type: "query", body: LOT };
    const manifest = {
      format: "apollo-persisted-query-manifest",
      version: 1,
      operations: [operation],
    };
    expect(documentsIn(manifest, "m")).toEqual([{ id: sha256(LOT), text: LOT }]);
  });

  test("Relay's and GraphQL Code Generator's, texts by their ids, whatever these look like", () => {
    const md5 = createHash("md5").update(LOT).digest("hex");
    for (const id of [md5, sha256(LOT), `sha256:${sha256(LOT)}`]) {
      expect(documentsIn({ [id]: LOT }, "m")).toEqual([{ id, text: LOT }]);
    }
  });

  test.each<[manifest: unknown, refused: RegExp]>([
    [[], /WRONG_FORMAT m: it is no object/],
    [null, /WRONG_FORMAT/],
    ["text", /WRONG_FORMAT/],
    [{ id: 1 }, /WRONG_FORMAT m: the document id is no text/],
    [{ format: "apollo-persisted-query-manifest", version: 2, operations: [] }, /version 2, not/],
    [{ format: "other", version: 1, operations: [] }, /"other" version 1/],
    [{ operations: [] }, /WRONG_FORMAT/],
    [{ format: "apollo-persisted-query-manifest", version: 1 }, /no list/],
    [
      { format: "apollo-persisted-query-manifest", version: 1, operations: [{ id: "a" }] },
      /operation 1 has no id or no body/,
    ],
  ])("%j is refused", (manifest, refused) => {
    expect(refusal(() => documentsIn(manifest, "m"))).toMatch(refused);
  });
});

describe("a folder of .graphql files", () => {
  test("gives each operation with the fragments it reaches, from all files, in one order", () => {
    const files = [
      { path: "b.graphql", text: "fragment B on T { b ...A } fragment Unused on T { u }" },
      { path: "a.graphql", text: "query One { t { ...B } }\nmutation Two { t { a } }" },
      { path: "c.graphql", text: "fragment A on T { a }" },
      { path: "empty.graphql", text: "# nothing yet\n" },
    ];
    const documents = documentsOfFiles(files);
    const one =
      "query One {\n  t {\n    ...B\n  }\n}\n\nfragment A on T {\n  a\n}\n\nfragment B on T {\n  b\n  ...A\n}";
    const two = "mutation Two {\n  t {\n    a\n  }\n}";
    expect(documents).toMatchObject([
      { id: `sha256:${sha256(one)}`, text: one },
      { id: `sha256:${sha256(two)}`, text: two },
    ]);
    const reversed = documentsOfFiles([...files].reverse()).map(({ text }) => text);
    expect(reversed.sort()).toEqual([one, two].sort());
  });

  test.each<[texts: string[], refused: RegExp]>([
    [["{ lot }"], /f0: an operation needs a name/],
    [["query A { a }", "query A { a }"], /f1: there is another operation A/],
    [["fragment F on T { a }", "fragment F on T { a }"], /f1: there is another fragment F/],
    [["query A { ...F }"], /f0: there is no fragment F/],
    [["query A { a"], /f0:1:12: Syntax Error/],
    [["type T { a: ID }"], /f0: a document has operations and fragments only/],
  ])("%j is refused", (texts, refused) => {
    const files = texts.map((text, index) => ({ path: `f${index}`, text }));
    expect(refusal(() => documentsOfFiles(files))).toMatch(refused);
  });

  test("is walked to its depth, but not into packages", async () => {
    const root = join(folder, "src");
    await mkdir(join(root, "deep/node_modules/x"), { recursive: true });
    await writeFile(join(root, "deep/lot.gql"), LOT);
    await writeFile(join(root, "deep/node_modules/x/other.graphql"), "query Other { a }");
    await writeFile(join(root, "notes.txt"), "query No { a }");
    expect(await readManifests([root])).toMatchObject([{ id: `sha256:${sha256(LOT)}`, text: LOT }]);
  });

  test("remembers where each piece of a printed text stands in its file", () => {
    const [document] = documentsOfFiles([
      { path: "a.graphql", text: "# a\nquery One($n: Int = 1) { t(n: $n) { ...B x: nope } }" },
      { path: "b.graphql", text: "\n\nfragment B on T { b, c @skip(if: true) }" },
    ]);
    const { text = "", written = [] } = document ?? {};
    const placeOf = (piece: string) => {
      const before = text.slice(0, text.indexOf(piece)).split("\n");
      const column = (before.at(-1)?.length ?? 0) + 1;
      return writtenPlace(text, written, { line: before.length, column });
    };
    expect(placeOf("query One")).toEqual({ file: "a.graphql", line: 2, column: 1 });
    expect(placeOf("x: nope")).toEqual({ file: "a.graphql", line: 2, column: 42 });
    expect(placeOf("nope")).toEqual({ file: "a.graphql", line: 2, column: 45 });
    expect(placeOf("@skip")).toEqual({ file: "b.graphql", line: 3, column: 24 });
    expect(placeOf("}")).toBeNull();
  });
});

describe("several manifests", () => {
  const write = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  test("are one: the same document in two of them stands once", async () => {
    const a = await write("a.json", JSON.stringify({ lot: LOT, one: "query One { a }" }));
    const b = await write(
      "b.json",
      `\ufeff${JSON.stringify({ lot: LOT, two: "query Two { a }" })}`,
    );
    const ids = (await readManifests([a, b])).map(({ id }) => id);
    expect(ids).toEqual(["lot", "one", "two"]);
  });

  test("are refused where an id has two texts, or one cannot be read", async () => {
    const a = await write("c.json", JSON.stringify({ lot: LOT }));
    const b = await write("d.json", JSON.stringify({ lot: "query Other { a }" }));
    await expect(readManifests([a, b])).rejects.toThrow(/the id lot stands there with two texts/);
    const cut = await write("cut.json", '{"lot": ');
    await expect(readManifests([cut])).rejects.toMatchObject({ code: "INVALID_JSON" });
    const latin = await write("latin.json", Buffer.from('{"lot": "é"}', "latin1"));
    await expect(readManifests([latin])).rejects.toMatchObject({ code: "NOT_UTF8" });
    const empty = await write("empty.json", "{}");
    await expect(readManifests([empty])).rejects.toMatchObject({ code: "WRONG_FORMAT" });
    const nowhere = join(folder, "nowhere.json");
    await expect(readManifests([nowhere])).rejects.toMatchObject({ code: "NOT_READABLE" });
  });
});

describe("declared limits", () => {
  const document = { id: "x1", text: "query Lot($first: Int, $ids: [ID!]) { a }" };

  test("reach the documents that have the variable; those of the operation or id go before", () => {
    const limits = readLimits({ first: 100, other: 5, Lot: { first: 50 }, x1: { ids: 7 } }, "l");
    expect(limitsOf(document, limits)).toEqual({ first: 50, ids: 7 });
    expect(limitsOf({ id: "y", text: "query Y($first: Int) { a }" }, limits)).toEqual({
      first: 100,
    });
    expect(limitsOf({ id: "z", text: "not GraphQL" }, limits)).toEqual({});
  });

  test.each([
    [[]],
    [null],
    [{ first: "7" }],
    [{ first: 0 }],
    [{ first: 1.5 }],
    [{ Lot: { first: null } }],
  ])("%j is refused", (limits) => {
    expect(refusal(() => readLimits(limits, "l"))).toMatch(/^WRONG_FORMAT l: /);
  });
});
