import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Manifest } from "../../cli/export/manifest.ts";
import { csvLine } from "../../cli/output.ts";
import { verifyExportProofs } from "../../cli/verify/export-proofs.ts";
import { leafHash } from "../../shared/ledger/merkle.ts";
import { contentHash } from "../../shared/ledger-store/content-fields.ts";
import { entryText } from "../../shared/ledger-store/entry.ts";
import { WitnessedLog } from "./witnessed-log.ts";

type Row = Record<string, unknown>;

const COLUMNS = ["serialNumber", "revision", "lotCode", "changed", "operator", "proof"];
const log = new WitnessedLog().grow(3);
const rows: Row[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-export-proofs-"));
  const content = '{"connhexId":"c-1","serialNumber":"SN-9"}';
  const facts = { actor: "", at: "2026-01-31T08:00:00.000000Z", content: contentHash(content) };
  const entry = entryText({ ...facts, id: "ownership/9/1", tenant: "demo", type: "OWNERSHIP" });
  log.entries.push(entry);
  log.contents.push(content);
  log.log.leaves.push(leafHash(Buffer.from(entry)));
  for (const place of [0, 1, 2]) {
    const { serialNumber, lotCode, changed } = JSON.parse(log.contents[place] ?? "");
    const proof = await log.proof(place);
    rows.push({ serialNumber, revision: 1, lotCode, changed, operator: null, proof });
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** Of a manifest nothing else is read here. */
const manifestOf = (names: readonly string[], format: string, type = "text") =>
  ({ columns: names.map((name) => ({ name, type })), format }) as unknown as Manifest;

async function verified(text: string, manifest: Manifest) {
  const file = join(folder, `file.${manifest.format}`);
  await writeFile(file, text);
  return verifyExportProofs(file, manifest, log.policy());
}

const ndjson = (given: readonly object[]) =>
  given.map((row) => `${JSON.stringify(row)}\n`).join("");
const cell = (value: unknown) =>
  value === null ? null : typeof value === "object" ? JSON.stringify(value) : String(value);
const csv = (given: readonly Row[], names = COLUMNS) =>
  [names, ...given.map((row) => names.map((name) => cell(row[name] ?? null)))]
    .map((cells) => `${csvLine(cells)}\n`)
    .join("");
const first = (): Row => ({ ...rows[0] });

describe("an export", () => {
  test.each(["csv", "ndjson"])(
    "of honest rows is proven, and whose they are is told: %s",
    async (format) => {
      const text = format === "csv" ? csv(rows) : ndjson(rows);
      expect(await verified(text, manifestOf(COLUMNS, format))).toMatchObject({
        ...{ rows: 3, withoutProof: 0, tenants: ["demo"], origins: [log.origin] },
      });
    },
  );

  test.each<[string, () => Row[], RegExp, (readonly string[])?]>([
    ["a value is another one", () => [{ ...first(), lotCode: "L-9" }], /lotCode is not/],
    [
      "a value is another one, and the manifest names its column no more",
      () => [{ ...first(), lotCode: "L-9" }],
      /names no lotCode/,
      COLUMNS.filter((name) => name !== "lotCode"),
    ],
    [
      "a column came that is not recorded",
      () => [{ ...first(), verdict: "PASSED" }],
      /verdict is not/,
      [...COLUMNS, "verdict"],
    ],
    ["somebody operated it", () => [{ ...first(), operator: "Ada" }], /operator is not/],
    ["a value is of its JSON only", () => [{ ...first(), lotCode: '"L-0"' }], /lotCode is not/],
    ["a row is there twice", () => [...rows, first()], /row 4: it is a row of before/],
  ])("is not proven where %s", async (_, given, reason, names = COLUMNS) => {
    const header = [...new Set(given().flatMap((row) => Object.keys(row)))];
    const [lines, table] = [ndjson(given()), csv(given(), header)];
    await expect(verified(lines, manifestOf(names, "ndjson", "json"))).rejects.toThrow(reason);
    await expect(verified(table, manifestOf(names, "csv", "json"))).rejects.toThrow(reason);
  });

  test("is not proven where a row leaves out what is recorded", async () => {
    const { lotCode, ...row } = first();
    expect(lotCode).toBe("L-0");
    await expect(verified(ndjson([row]), manifestOf(COLUMNS, "ndjson"))).rejects.toThrow(
      /lotCode is not/,
    );
  });

  test("is not proven by an entry about something else", async () => {
    const row = { serialNumber: "SN-9", proof: await log.proof(3) };
    await expect(verified(ndjson([row]), manifestOf(Object.keys(row), "ndjson"))).rejects.toThrow(
      /ownership\/9\/1/,
    );
  });

  test("is not proven where other readers may read something else in it", async () => {
    const line = ndjson([first()]).replace("{", '{"lotCode":"L-9",');
    await expect(verified(line, manifestOf(COLUMNS, "ndjson"))).rejects.toThrow(/lotCode is there/);
    const table = csv([first()]);
    const doubled = csv([first()], ["lotCode", ...COLUMNS]).replace("L-0", "L-9");
    for (const [text, reason] of [
      [doubled, /lotCode is there twice/],
      [`${table.trimEnd()},more\n`, /7 cells, not 6/],
      [table.replace("L-0", '"L-0"9'), /lotCode has a broken quote/],
    ] as const) {
      await expect(verified(text, manifestOf(COLUMNS, "csv"))).rejects.toThrow(reason);
    }
    await expect(verified("[]\n", manifestOf(COLUMNS, "ndjson"))).rejects.toThrow(/no object/);
    await expect(verified("{\n", manifestOf(COLUMNS, "ndjson"))).rejects.toThrow(/line 1/);
  });
});
