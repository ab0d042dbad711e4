import { createHash } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "./command-line.ts";

let line: CommandLine;
let folder: string;
const ROWS = 20_000;
beforeAll(async () => {
  line = await startCommandLine();
  folder = dirname(await line.file("criteria.json", '{"serialNumber": {"in": ["X-1", "X-2"]}}'));
  await line.pair.databases.manufacturing.admin(
    `INSERT INTO device (tenant, device_id, serial_number, lot_code, disposition, attributes, revision, recorded_at)
     SELECT 'demo', 1000000 + n, 'X-' || n, 'L', 'RELEASED', '{"note": "a, \\"b\\""}', 1, now()
     FROM generate_series(1, $1::int) n`,
    [ROWS],
  );
  await line.pair.databases.manufacturing.admin(
    `INSERT INTO device_identifier (tenant, kind, value, device_id)
     SELECT 'demo', 'serialNumber', serial_number, device_id FROM device`,
  );
  await line.pair.databases.manufacturing.admin(
    `INSERT INTO device_group (tenant, field, value, device_id, from_revision)
     SELECT 'demo', 'lotCode', 'L', device_id, 1 FROM device`,
  );
});
afterAll(() => line.close());

const at = (name: string) => `${folder}/${name}`;
const sha256 = async (path: string) =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

/** Stands before the gateway, and cuts each of the first connections after so many bytes. */
async function cutting(
  bytes: readonly number[],
): Promise<{ url: string; server: Server; cuts: () => number }> {
  const { port } = line.gateway.gateway;
  let connections = 0;
  let cuts = 0;
  const server = createServer((client: Socket) => {
    const most = bytes[connections++] ?? Number.POSITIVE_INFINITY;
    const gateway = connect(port, "127.0.0.1");
    let passed = 0;
    client.on("error", () => undefined).pipe(gateway);
    gateway
      .on("error", () => undefined)
      .on("data", (piece: Buffer) => {
        passed += piece.length;
        client.write(piece);
        if (passed < most) return;
        cuts++;
        client.destroy();
        gateway.destroy();
      });
    gateway.once("end", () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}`, server, cuts: () => cuts };
}

describe("tracegraph export", () => {
  test.each(["csv", "ndjson", "parquet", "arrow", "xlsx"])(
    "writes %s with its manifest, and verifies it",
    async (format) => {
      const file = at(`devices.${format}`);
      const ran = await line.run("analyst", ["export", "devices", "--format", format, "-o", file]);
      expect([ran.exit, ran.stdout]).toEqual([0, `${file}\n`]);
      expect(ran.stderr).toMatch(/^20,000 rows as of \d{4}-.*Z, SHA-256 [0-9a-f]{64}\n$/);
      const manifest = JSON.parse(await readFile(`${file}.manifest.json`, "utf8"));
      expect(manifest).toMatchObject({
        what: "devices",
        format,
        rows: ROWS,
        sha256: await sha256(file),
      });
      expect((await stat(file)).size).toBe(manifest.bytes);
      const verified = await line.run("analyst", ["export", "verify", file, "--json"]);
      expect(verified.exit).toBe(0);
      expect(JSON.parse(verified.stdout)).toEqual({
        ...{ file, isWhole: true, rows: ROWS },
        ...{ bytes: manifest.bytes, sha256: manifest.sha256 },
      });
    },
  );

  test("writes groups and scopes, with the columns that are asked for", async () => {
    const group = at("group.csv");
    const words = ["--field", "lotCode", "--value", "L", "--columns", "serialNumber", "-o", group];
    expect((await line.run("analyst", ["export", "group", ...words])).exit).toBe(0);
    expect((await readFile(group, "utf8")).split("\n").slice(0, 2)).toEqual([
      "serialNumber",
      "X-1",
    ]);
    const scope = at("scope.ndjson");
    const ran = await line.run("support", [
      ...["export", "scope", "--criteria", at("criteria.json"), "--columns", "serialNumber"],
      ...["--format", "ndjson", "-o", scope, "--json"],
    ]);
    expect([ran.exit, ran.stderr]).toEqual([0, ""]);
    expect(JSON.parse(ran.stdout)).toMatchObject({ file: scope, rows: 2, what: "scope" });
    expect(await readFile(scope, "utf8")).toBe('{"serialNumber":"X-1"}\n{"serialNumber":"X-2"}\n');
  });

  test("makes up for connections that are cut, and the file is the same", async () => {
    const whole = at("devices.ndjson");
    const { url, server, cuts } = await cutting([300_000, 200_000]);
    const file = at("cut.ndjson");
    const words = ["export", "devices", "--format", "ndjson", "-o", file];
    const ran = await line.run("analyst", words, { url });
    server.close();
    expect([ran.exit, cuts()]).toEqual([0, 2]);
    expect(ran.stderr.match(/going on at \d+ bytes/g)).toHaveLength(2);
    expect((await readFile(file)).equals(await readFile(whole))).toBe(true);
  }, 120_000);

  test("that is cut for good says so, and goes on with --resume", async () => {
    const file = at("later.csv");
    const words = ["export", "devices", "-o", file];
    const { url, server } = await cutting(
      Array.from({ length: 20 }, (_, n) => (n === 0 ? 300_000 : 1)),
    );
    const cut = await line.run("analyst", [...words, "--json"], { url });
    server.close();
    expect(cut.exit).toBe(4);
    expect((await readdir(folder)).filter((name) => name.startsWith("later"))).toEqual([
      "later.csv.partial",
      "later.csv.partial.json",
    ]);
    const again = await line.run("analyst", words);
    expect([again.exit, again.stderr]).toEqual([2, expect.stringContaining("--resume")]);
    const resumed = await line.run("analyst", [...words, "--resume"]);
    expect(resumed.exit).toBe(0);
    expect((await readFile(file)).equals(await readFile(at("devices.csv")))).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith("later"))).toEqual([
      "later.csv",
      "later.csv.manifest.json",
    ]);
  }, 120_000);

  test.each<[string, string[], number, string]>([
    ["what is not there to be exported", ["everything"], 2, "USAGE"],
    ["a group without a value", ["group", "--field", "lotCode"], 2, "USAGE"],
    ["a lot that never was", ["group", "--field", "lotCode", "--value", "L-9"], 1, "UNKNOWN_VALUE"],
    ["a column that is none", ["devices", "--columns", "colour"], 2, "BAD_USER_INPUT"],
    ["a column of people", ["ownerships", "--columns", "ownerName"], 3, "FORBIDDEN"],
    ["a scope without criteria", ["scope"], 2, "USAGE"],
    ["nothing to go on with", ["devices", "--resume"], 2, "NOT_READABLE"],
  ])("refuses %s", async (_, words, exit, code) => {
    const file = at("refused.csv");
    const ran = await line.run("analyst", ["export", ...words, "-o", file, "--json"]);
    expect([ran.exit, JSON.parse(ran.stderr).error.code]).toEqual([exit, code]);
    expect((await readdir(folder)).filter((name) => name.startsWith("refused"))).toEqual([]);
  });

  test("overwrites nothing", async () => {
    const ran = await line.run("analyst", ["export", "devices", "-o", at("devices.csv"), "--json"]);
    expect([ran.exit, JSON.parse(ran.stderr).error.code]).toEqual([2, "FILE_EXISTS"]);
  });
});

describe("tracegraph export verify", () => {
  test("finds a file that was changed, cut, or is another's", async () => {
    const bytes = await readFile(at("devices.csv"));
    const changed = Buffer.from(bytes);
    changed[changed.length - 2] = 48;
    const cases: [string, Buffer][] = [
      ["changed.csv", changed],
      ["short.csv", bytes.subarray(0, bytes.length - 100)],
    ];
    for (const [name, content] of cases) {
      await writeFile(at(name), content);
      await writeFile(at(`${name}.manifest.json`), await readFile(at("devices.csv.manifest.json")));
      const ran = await line.run("analyst", ["export", "verify", at(name), "--json"]);
      expect([name, ran.exit, JSON.parse(ran.stderr).error.code]).toEqual([
        name,
        1,
        "EXPORT_DIFFERS",
      ]);
    }
    const none = await line.run("analyst", ["export", "verify", at("nothing.csv"), "--json"]);
    expect([none.exit, JSON.parse(none.stderr).error.code]).toEqual([2, "NOT_READABLE"]);
  });
});
