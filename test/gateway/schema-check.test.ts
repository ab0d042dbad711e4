import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runCommand } from "../cli/command-line.ts";

const ROOT = join(import.meta.dirname, "../..");
const PUBLIC = join(ROOT, "gateway/schema.graphql");
const SUPERGRAPH = join(ROOT, "gateway/supergraph.graphql");
const EXAMPLES = join(ROOT, "examples/partner/documents");

/** As it is published, so that lines are those of the file. */
const SIBLINGS = `query Siblings($serialNumber: String!) {
  device(serialNumber: $serialNumber) {
    phase
    lot {
      value
      devices {
        totalCount
      }
    }
    siblings(by: "lotCode", membership: EVER, first: 10) {
      nodes {
        lotCode
      }
    }
  }
}
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-schema-"));
  await cp(EXAMPLES, join(folder, "documents"), { recursive: true });
  await writeFile(join(folder, "documents/siblings.graphql"), SIBLINGS);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the command for the documents of a client, on the schema as it would be with this change. */
async function check(change: Change, options: readonly string[] = []) {
  const from = change.supergraph ? SUPERGRAPH : PUBLIC;
  let text = readFileSync(from, "utf8");
  for (const [before, after] of change.edits) {
    expect(text).toMatch(before);
    text = text.replace(before, after);
  }
  const path = join(folder, "changed.graphql");
  await writeFile(path, text);
  const documents = ["--documents", join(folder, "documents"), "--client", "acme"];
  const ran = await runCommand([
    "schema",
    "check",
    path,
    "--against",
    PUBLIC,
    ...documents,
    "--json",
    ...options,
  ]);
  return { exit: ran.exit, stderr: ran.stderr, ...(JSON.parse(ran.stdout || "{}") as Checked) };
}

interface Change {
  supergraph?: boolean;
  edits: readonly [RegExp, string][];
}
interface Checked {
  findings: {
    level: string;
    client: string;
    document: string;
    name: string;
    what: string;
    line: number;
  }[];
  unused: { level: string; what: string }[];
}

const gone: Change = { edits: [[/\n {2}deviceType: String/g, "\n  deviceTypes: String"]] };
const required: Change = {
  edits: [[/\n {2}lot: ProductionGroup/, "\n  lot(at: DateTime!): ProductionGroup"]],
};
const grown: Change = {
  edits: [[/enum ProductionPhase \{/, "enum ProductionPhase {\n  REPAIRED"]],
};
const retyped: Change = { edits: [[/\n {2}lotCode: String/g, "\n  lotCode: Int"]] };
const paged: Change = {
  edits: [[/(type ProductionGroup \{[\s\S]*?first: Int = )50/, "$1100"]],
};

describe("a change of the schema", () => {
  test.each<[string, Change, string[], number, string[]]>([
    ["none", { edits: [] }, [], 0, []],
    ["none, of the supergraph", { supergraph: true, edits: [] }, ["--strict"], 0, []],
    [
      "a field is removed",
      gone,
      [],
      1,
      ["BROKEN DeviceByConnhexId 6", "BROKEN DeviceBySerialNumber 9", "BROKEN SharedDevices 6"],
    ],
    ["an argument is required", required, [], 1, ["BROKEN Siblings 4"]],
    [
      "a value is added",
      grown,
      [],
      0,
      [
        "DANGEROUS DeviceBySerialNumber 11",
        "DANGEROUS DevicesById 6",
        "DANGEROUS SharedDevices 7",
        "DANGEROUS Siblings 3",
      ],
    ],
    [
      "a value is added, to a careful client",
      grown,
      ["--fail-on", "dangerous"],
      1,
      [
        "DANGEROUS DeviceBySerialNumber 11",
        "DANGEROUS DevicesById 6",
        "DANGEROUS SharedDevices 7",
        "DANGEROUS Siblings 3",
      ],
    ],
    ["a type is changed", retyped, [], 1, ["BROKEN Siblings 12"]],
    ["the default of a page is changed", paged, [], 0, ["DANGEROUS Siblings 6"]],
    [
      "a value that a document sends is removed",
      { edits: [[/(enum Membership \{[\s\S]*?)\n {2}EVER/, "$1"]] },
      [],
      1,
      ["BROKEN Siblings 10"],
    ],
  ])("%s", async (_, change, options, exit, expected) => {
    const checked = await check(change, options);
    const told = checked.findings.map(({ level, name, line }) => `${level} ${name} ${line}`);
    expect({ exit: checked.exit, told }).toEqual({ exit, told: expected });
    for (const { client, document } of checked.findings) {
      expect([client, document]).toEqual(["acme", expect.stringMatching(/^sha256:[0-9a-f]{64}$/)]);
    }
  });

  test("that no document uses fails only where all must stay as it is", async () => {
    const change: Change = { edits: [[/\n {2}palletId: String/g, "\n  crate: String"]] };
    const checked = await check(change);
    expect(checked).toMatchObject({ exit: 0, findings: [] });
    expect(checked.unused.length).toBeGreaterThan(0);
    expect(await check(change, ["--strict"])).toMatchObject({ exit: 1 });
  });
});

describe("a supergraph also tells", () => {
  test("a document that cannot be planned any more", async () => {
    // Nobody knows any more how to find a device of the record in Ownership.
    const key = '@join__type(graph: OWNERSHIP, key: "connhexId")';
    const change: Change = {
      supergraph: true,
      edits: [
        [
          new RegExp(`(type Device [^{]*)${key.replace(/[()]/g, "\\$&")}`),
          "$1@join__type(graph: OWNERSHIP)",
        ],
      ],
    };
    const checked = await check(change);
    expect(checked.exit).toBe(1);
    expect(checked.findings).toMatchObject([
      { level: "BROKEN", name: "DeviceIdentity", what: expect.stringContaining("planned") },
    ]);
  });

  test("what the client's roles may not read", async () => {
    const same: Change = { supergraph: true, edits: [] };
    const checked = await check(same, ["--role", "line"]);
    expect(checked.exit).toBe(1);
    expect(checked.findings).toMatchObject([
      { name: "SharedDevices", what: "line may not use Query.sharedDevices" },
    ]);
    expect(await check(same, ["--role", "line", "--role", "partner"])).toMatchObject({ exit: 0 });
  });
});

test("a page whose default grows may cost too much", async () => {
  const pages = Array.from(
    { length: 19 },
    (_, n) => `p${n}: devices(first: 1000) { nodes { id } }`,
  );
  const text = `query Wide { productionGroup(field: "lotCode", value: "L") { ${pages.join(" ")} rest: devices { nodes { id } } } }`;
  const wide = join(folder, "wide.json");
  await writeFile(wide, JSON.stringify({ wide: text }));
  const changed = join(folder, "changed.graphql");
  const [[before, after]] = paged.edits as [[RegExp, string]];
  for (const [size, exit] of [
    ["100", 0],
    ["999", 1],
  ] as const) {
    const schema = readFileSync(PUBLIC, "utf8").replace(before, after.replace("100", size));
    await writeFile(changed, schema);
    const ran = await runCommand([
      "schema",
      "check",
      changed,
      "--against",
      PUBLIC,
      "--documents",
      wide,
    ]);
    expect({ size, exit: ran.exit }).toEqual({ size, exit });
    expect(ran.stdout).toContain("DANGEROUS");
    expect(ran.stdout.includes("BROKEN")).toBe(exit === 1);
  }
});

test("limits of variables are declared as for publishing", async () => {
  const text = `query Nested($n: Int!) { device { siblings(first: $n) { nodes { siblings { totalCount } } } } }`;
  const nested = join(folder, "nested.json");
  await writeFile(nested, JSON.stringify({ nested: text }));
  const limits = join(folder, "limits.json");
  await writeFile(limits, JSON.stringify({ n: 100 }));
  const words = ["schema", "check", PUBLIC, "--against", PUBLIC, "--documents", nested];
  expect(await runCommand(words)).toMatchObject({
    exit: 1,
    stdout: expect.stringMatching(/at most \d+ nodes/),
  });
  expect(await runCommand([...words, "--limits", limits])).toMatchObject({ exit: 0, stdout: "" });
});

test("people read a table of client, document, line and reason", async () => {
  const path = join(folder, "changed.graphql");
  const [[before, after]] = gone.edits as [[RegExp, string]];
  await writeFile(path, readFileSync(PUBLIC, "utf8").replace(before, after));
  const ran = await runCommand([
    "schema",
    "check",
    path,
    "--against",
    PUBLIC,
    "--documents",
    EXAMPLES,
    "--client",
    "acme",
  ]);
  expect(ran.exit).toBe(1);
  expect(ran.stdout).toMatch(/^client +operation +document +line +is +because\n/);
  expect(ran.stdout).toMatch(
    /acme +DeviceByConnhexId +sha256:[0-9a-f]{13}… +\d +BROKEN +Cannot query field "deviceType"/,
  );
  expect(ran.stderr).toMatch(/documents: 3 broken, 0 in danger/);
});

test("of a schema that is one subgraph's alone the first error is told, and how many there are", async () => {
  const path = join(ROOT, "subgraphs/ownership/schema.graphql");
  const words = ["schema", "check", path, "--against", PUBLIC, "--documents", EXAMPLES];
  const ran = await runCommand(words);
  expect(ran).toMatchObject({ exit: 2, stdout: "" });
  const [told = "", ...rest] = ran.stderr.trim().split("\n");
  expect(told).toMatch(/schema\.graphql: .* \(and \d+ other errors\) \[INVALID_SCHEMA\]$/);
  expect(told).not.toContain("\ufffd");
  expect(rest).toHaveLength(1);
});

describe("wrong usage is refused with exit code 2", () => {
  test.each<[string, readonly string[], string]>([
    ["no schema", ["README.md"], "INVALID_SCHEMA"],
    ["no such file", ["nothing.graphql"], "NOT_READABLE"],
    ["no documents", ["gateway/schema.graphql", "--documents", "docs"], "WRONG_FORMAT"],
    ["no such level", ["gateway/schema.graphql", "--fail-on", "worry"], "USAGE"],
    ["no such role", ["gateway/schema.graphql", "--role", "king"], "USAGE"],
    ["limits of the gateway's documents", ["gateway/schema.graphql", "--limits", "x"], "USAGE"],
    ["roles of the gateway's clients", ["gateway/schema.graphql", "--role", "line"], "USAGE"],
  ])("%s", async (_, [path = "", ...words], code) => {
    const absolute = words.map((word) => (word === "docs" ? join(ROOT, word) : word));
    const ran = await runCommand(["schema", "check", join(ROOT, path), ...absolute]);
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain(`[${code}]`);
  });
});
