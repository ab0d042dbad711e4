import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { tableFromIPC, type Vector } from "apache-arrow";
import { EXPORT_FORMATS } from "../../shared/export/export-format.ts";
import { type ExportWorld, fillHard, openWorld } from "./export-world.ts";
import { duckdb, fileFolder, python, type ReadRow } from "./readers.ts";

let world: ExportWorld;
let files: Awaited<ReturnType<typeof fileFolder>>;
beforeAll(async () => {
  world = await openWorld();
  await fillHard(world);
  files = await fileFolder();
});
afterAll(async () => {
  await files.remove();
  await world.close();
});

const TIME = `'%Y-%m-%dT%H:%M:%S.%fZ'`;

/** What PostgreSQL itself says of the rows, every value as text. */
async function expected(what: "devices" | "revisions"): Promise<ReadRow[]> {
  const time = (column: string) =>
    `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
  const own =
    what === "devices"
      ? ""
      : `, ${time("effective_at")} AS "effectiveAt", reason, array_to_json(changed)::text AS changed`;
  const table = what === "devices" ? "device" : "device_revision";
  return world.pair.databases.manufacturing.admin(
    `SELECT serial_number AS "serialNumber", lot_code AS "lotCode", site, line,
       ${time("produced_at")} AS "producedAt", attributes::text AS attributes,
       revision::text AS revision, ${time("recorded_at")} AS "recordedAt"${own}
     FROM ${table} ORDER BY device_id, revision`,
  );
}

async function save(what: string, format: string, query = ""): Promise<string> {
  const columns = await columnsOf(what);
  const { body, isWhole } = await world.take(
    `/exports/${what}.${format}?columns=${columns}${query}`,
  );
  expect(isWhole).toBe(true);
  return files.save(`${what}.${format}`, body);
}

async function columnsOf(what: string): Promise<string[]> {
  const [first = {}] = await expected(what as "devices");
  return Object.keys(first);
}

/** The columns as DuckDB is to read them, each made the text that is expected. */
async function asText(what: string, isTyped: boolean): Promise<string> {
  const texts = (await columnsOf(what)).map((name) => {
    const column = `"${name}"`;
    if (isTyped && name.endsWith("At")) return `strftime(${column}, ${TIME}) AS ${column}`;
    return `${column}::varchar AS ${column}`;
  });
  return texts.join(", ");
}

describe.each(["devices", "revisions"] as const)("%s", (what) => {
  test("as CSV are the same rows to DuckDB", async () => {
    const path = await save(what, "csv", "&formulas=keep");
    const names = await columnsOf(what);
    const types = names.map((name) => `'${name}': 'VARCHAR'`).join(", ");
    const sql = `SELECT * FROM read_csv('${path}', header = true, columns = {${types}},
      allow_quoted_nulls = false, strict_mode = true, delim = ',', quote = '"', escape = '"')`;
    expect(await duckdb(sql)).toEqual(await expected(what));
  });

  test("as NDJSON are the same rows to DuckDB", async () => {
    const path = await save(what, "ndjson");
    const names = await columnsOf(what);
    const types = names.map(
      (name) =>
        `'${name}': '${/attributes|changed/.test(name) ? "JSON" : name === "revision" ? "BIGINT" : "VARCHAR"}'`,
    );
    const sql = `SELECT ${await asText(what, false)} FROM read_json('${path}',
      format = 'newline_delimited', columns = {${types.join(", ")}})`;
    expect(parsed(await duckdb(sql))).toEqual(parsed(await expected(what)));
  });

  test("as Parquet are the same rows to DuckDB, of the right types", async () => {
    const path = await save(what, "parquet");
    const sql = `SELECT ${await asText(what, true)} FROM '${path}'`;
    expect(await duckdb(sql)).toEqual(await expected(what));
    const types = await duckdb(`DESCRIBE SELECT * FROM '${path}'`);
    const typeOf = (column: string) =>
      types.find(({ column_name }) => column_name === column)?.column_type;
    expect(["serialNumber", "revision", "recordedAt", "attributes"].map(typeOf)).toEqual([
      "VARCHAR",
      "BIGINT",
      "TIMESTAMP WITH TIME ZONE",
      "JSON",
    ]);
  });

  test("as Arrow are the same rows to the library's reader", async () => {
    const columns = await columnsOf(what);
    const { body } = await world.take(`/exports/${what}.arrow?columns=${columns}`);
    const table = tableFromIPC(body);
    expect(table.schema.fields.map(({ name, type }) => [name, String(type)])).toEqual(
      columns.map((name) => [
        name,
        name.endsWith("At")
          ? "Timestamp<MICROSECOND, UTC>"
          : name === "revision"
            ? "Int64"
            : "Utf8",
      ]),
    );
    const rows = Array.from({ length: table.numRows }, (_, row) =>
      Object.fromEntries(
        columns.map((name, column) => {
          const vector = table.getChildAt(column);
          // The library itself would answer a time in milliseconds.
          const value = name.endsWith("At") ? rawTime(vector, row) : vector?.get(row);
          return [name, value === null ? null : String(value)];
        }),
      ),
    );
    expect(rows).toEqual(await expected(what));
  });

  test("as a workbook are the same rows to Python, and no formula", async () => {
    const path = await save(what, "xlsx");
    const sheets = (await python("read_xlsx.py", path)) as Record<string, unknown[][]>;
    expect(Object.keys(sheets)).toEqual([what]);
    const [header = [], ...rows] = sheets[what] ?? [];
    const names = header as string[];
    const read = rows.map((row) =>
      Object.fromEntries(
        names.map((name, place) => [name, row[place] == null ? null : String(row[place])]),
      ),
    );
    expect(read).toEqual(await expected(what));
  });
});

/** The microseconds of a time as they stand in the file. */
function rawTime(vector: Vector | null, row: number): string | null {
  if (!vector?.isValid(row)) return null;
  const values = vector.data[0]?.values as BigInt64Array | undefined;
  const micros = values?.[row] ?? 0n;
  const million = 1_000_000n;
  const rest = ((micros % million) + million) % million;
  const seconds = new Date(Number((micros - rest) / million) * 1_000).toISOString().slice(0, 19);
  return `${seconds}.${String(rest).padStart(6, "0")}Z`;
}

/** JSON values are compared as such: two programs write the same object with other spaces. */
function parsed(rows: ReadRow[]): unknown[] {
  return rows.map(({ attributes, changed, ...row }) => ({
    ...row,
    attributes: JSON.parse(String(attributes)),
    ...(changed !== undefined && { changed: JSON.parse(String(changed)) }),
  }));
}

test("CSV disarms what a spreadsheet would take for a formula, and nothing else", async () => {
  const columns = "columns=serialNumber,lotCode,site,line";
  const rowOf = async (query: string) => {
    const { body } = await world.take(`/exports/devices.csv?${columns}${query}`);
    return body
      .toString()
      .split("\n")
      .find((line) => line.includes("1+1"));
  };
  expect(await rowOf("")).toBe('"\'=1+1","\'+39","\'@home","\'-1"');
  expect(await rowOf("&formulas=keep")).toBe("=1+1,+39,@home,-1");
});

test.each(EXPORT_FORMATS)("no rows are a valid file as %s too", async (format) => {
  const { body, trailers } = await world.take(`/exports/ownerships.${format}`);
  expect(trailers["row-count"]).toBe("0");
  const path = await files.save(`empty.${format}`, body);
  if (format === "arrow") expect(tableFromIPC(body).numRows).toBe(0);
  if (format === "parquet") expect(await duckdb(`SELECT * FROM '${path}'`)).toEqual([]);
  if (format === "csv") expect(body.toString()).toMatch(/^connhexId,serialNumber,from.*\n$/);
  if (format === "ndjson") expect(body).toHaveLength(0);
  if (format === "xlsx") {
    const sheets = (await python("read_xlsx.py", path)) as Record<string, unknown[]>;
    expect(sheets.ownerships).toHaveLength(1);
  }
});

test("pandas reads the same serial numbers and times, where it is installed", async () => {
  const csv = await save("devices", "csv", "&formulas=keep");
  const read = await python("read_pandas.py", csv, await save("devices", "ndjson"));
  if (read === null) {
    console.warn("not run: Debian's python3-pandas is not installed");
    return;
  }
  const rows = await expected("devices");
  const serialNumbers = rows.map(({ serialNumber }) => serialNumber);
  const times = rows.map(({ recordedAt }) => String(recordedAt).replace("Z", "+00:00"));
  expect(read).toEqual({ csv: serialNumbers, ndjson: serialNumbers, times });
});
