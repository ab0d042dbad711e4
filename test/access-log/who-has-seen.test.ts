import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { openAccessLog } from "../../gateway/access-log/access-log.ts";
import { ROLES, type Role } from "../../shared/caller.ts";
import type { Database } from "../../shared/postgres/database.ts";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";
import { lineOf } from "./lines.ts";

let cli: CommandLine;
let database: Database;

beforeAll(async () => {
  // The lines that are looked for are written here, and no others.
  cli = await startCommandLine({ recordsAccess: false });
  database = cli.gateway.database.open();
  const rows = ["serial_number,connhex_id", "SN-1,hex-1", "SN-2,hex-2", "SN-3,"];
  const path = await cli.file("devices.csv", `${rows.join("\n")}\n`);
  const ran = await cli.run("line", ["import", path, "--json"]);
  if (ran.exit !== 0) throw new Error(ran.stdout + ran.stderr);
  const accessLog = openAccessLog(database);
  const tenant = "demo";
  const lines = [
    lineOf({ tenant, requestId: "as-recorded", subject: "line-7", devices: ["SN-1"] }),
    lineOf({ tenant, requestId: "as-provisioned", devices: ["hex-2", "hex-1"], deviceCount: 2 }),
    lineOf({ tenant, requestId: "of-another", devices: ["hex-2"] }),
    lineOf({
      tenant,
      requestId: "large",
      devices: [],
      deviceCount: 101,
      deviceHash: "cd".repeat(32),
    }),
    lineOf({ tenant, requestId: "of-none", devices: [], deviceCount: 0 }),
    lineOf({ tenant: "globex", requestId: "elsewhere" }),
    lineOf({ tenant, requestId: "refused", outcomes: ["FORBIDDEN"], status: 403 }),
  ];
  for (const line of lines) await accessLog.record(line);
});

afterAll(async () => {
  await database?.close();
  await cli?.close();
});

const QUERY = `query ($device: [String!]!, $from: DateTime, $to: DateTime, $first: Int) {
  accessLog(device: $device, from: $from, to: $to, first: $first) {
    totalCount largerAnswers
    edges { cursor node { requestId } }
    nodes { at requestId subject client roles documentId textHash operationName operationType
      deviceCount outcomes status ms }
    pageInfo { hasNextPage }
  }
}`;

async function requestsWith(variables: Record<string, unknown>): Promise<string[]> {
  const { data, errors } = await cli.gateway.query(QUERY, variables, "compliance");
  expect(errors).toEqual([]);
  const log = data?.accessLog as { nodes: { requestId: string }[] };
  return log.nodes.map(({ requestId }) => requestId);
}

test("a device is found by any of its identifiers, in the order of recording", async () => {
  expect(await requestsWith({ device: "SN-1" })).toEqual(["as-recorded"]);
  expect(await requestsWith({ device: ["hex-1"] })).toEqual(["as-provisioned", "refused"]);
  const all = ["as-recorded", "as-provisioned", "refused"];
  expect(await requestsWith({ device: ["hex-1", "SN-1"] })).toEqual(all);
  expect(await requestsWith({ device: ["hex-1", "SN-1"], first: 2 })).toEqual(all.slice(0, 2));
});

test("only what was recorded between two times is told", async () => {
  const [row] = await cli.gateway.database.admin<{ at: Date }>(
    "SELECT at FROM access_log WHERE request_id = 'as-provisioned'",
  );
  const at = row?.at.toISOString() ?? "";
  const [before, after] = [-1, 1].map((ms) => new Date(Date.parse(at) + ms).toISOString());
  const device = ["hex-1", "SN-1"];
  expect(await requestsWith({ device, from: before, to: after })).toContain("as-provisioned");
  expect(await requestsWith({ device, to: before })).not.toContain("as-provisioned");
  expect(await requestsWith({ device, from: after })).not.toContain("as-provisioned");
  expect(await requestsWith({ device, to: "2020-01-01T00:00:00Z" })).toEqual([]);
});

const READERS: readonly Role[] = ["compliance", "admin"];
test.each(ROLES)(
  "%s reads the access log where it may, and no field of it elsewhere",
  async (role) => {
    const { data, errors } = await cli.gateway.query(QUERY, { device: "SN-1" }, role);
    if (READERS.includes(role)) {
      expect({ data, errors }).toMatchObject({
        data: { accessLog: { totalCount: 1, largerAnswers: 1, nodes: [{ subject: "line-7" }] } },
        errors: [],
      });
    } else {
      const code = role === "partner" ? "DOCUMENT_REQUIRED" : "FORBIDDEN";
      expect(data ?? null).toBeNull();
      expect(errors[0]?.extensions.code).toBe(code);
    }
  },
);

test("a question without a device, or with unfit ones, is refused", async () => {
  for (const device of [[], [" "], Array.from({ length: 11 }, () => "SN-1")]) {
    const { errors } = await cli.gateway.query(QUERY, { device }, "admin");
    expect(["BAD_USER_INPUT", "INVALID_VALUE"]).toContain(errors[0]?.extensions.code);
  }
});

test("the command asks by both identifiers, and does not claim to know what it cannot", async () => {
  for (const identifier of ["SN-1", "hex-1"]) {
    const ran = await cli.run("compliance", ["access", "--device", identifier]);
    expect(ran.exit).toBe(0);
    const cells = ran.stdout
      .trim()
      .split("\n")
      .map((line) => line.split(/ {2,}/));
    expect(cells[0]?.slice(1, 4)).toEqual(["who", "as", "client"]);
    const named = cells.filter((row) => /recorded|provisioned|refused/.test(row.at(-1) ?? ""));
    expect(named.map((row) => row.at(-1))).toEqual(["refused", "as-provisioned", "as-recorded"]);
    expect(ran.stderr).toMatch(/^\d+ requests named the device$/m);
    expect(ran.stderr).toMatch(
      /^1 larger answer in that time, of more than 100 devices each, may/m,
    );
  }
});

test("as JSON, with the device that was meant", async () => {
  const words = ["access", "--device", "SN-1", "--from", "2026-01-01", "--limit", "1", "--json"];
  const { stdout, exit } = await cli.run("admin", words);
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    device: { connhexId: "hex-1", serialNumber: "SN-1" },
    from: "2026-01-01T00:00:00Z",
    to: null,
    largerAnswers: 1,
    lines: [{ requestId: expect.any(String), roles: expect.any(Array) }],
  });
});

test("what is no device is asked for as it is, and that is said", async () => {
  const ran = await cli.run("admin", ["access", "--device", "SN-404"]);
  expect(ran).toMatchObject({ exit: 0, stdout: "" });
  expect(ran.stderr).toContain("no device has the identifier SN-404");
});

test("whoever may not read the log is told so", async () => {
  expect(await cli.run("support", ["access", "--device", "SN-1"])).toMatchObject({ exit: 3 });
  expect(await cli.run("admin", ["access"])).toMatchObject({ exit: 2 });
});

test("the present month cannot be dropped", async () => {
  const next = new Date(Date.now() + 40 * 86_400_000).toISOString().slice(0, 7);
  const { exit, stderr } = await cli.run("admin", ["access", "drop", "--before", next]);
  expect(exit).toBe(2);
  expect(stderr).toContain("Give a month up to");
});
