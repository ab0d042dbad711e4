import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  MAPPING_LIMITS,
  MAPPING_MEMBERS,
  OTHERWISE,
  RULE_MEMBERS,
} from "../../cli/import/mapping/mapping.ts";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXPORT = join(ROOT, "examples/import/erp-export.csv");
const MAPPING = join(ROOT, "examples/import/erp.json");

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.close());

test("the page shows the example's files as they are, and what the command explains of them", async () => {
  const page = await readFile(join(ROOT, "docs/imports.md"), "utf8");
  expect(page).toContain(`\`\`\`csv\n${await readFile(EXPORT, "utf8")}\`\`\``);
  expect(page).toContain(`\`\`\`json\n${await readFile(MAPPING, "utf8")}\`\`\``);
  const words = ["import", "--mapping", MAPPING, "--explain", EXPORT];
  const { stdout, exit } = await cli.run("line", words);
  expect(exit).toBe(0);
  const [first = ""] = stdout.split("line 3\n");
  expect(page).toContain(`\`\`\`text\n${first}\`\`\``);
});

test("the example is imported as the page says, and mended by its report", async () => {
  const report = join(await cli.file("here", ""), "../refused.csv");
  const state = join(report, "../state.json");
  const words = ["import", "--mapping", MAPPING, "--state", state];
  const ran = await cli.run("line", [...words, "--report", report, EXPORT]);
  expect(ran.exit).toBe(1);
  expect(ran.stdout).toContain("recorded 3 · revised 0 · unchanged 0 · refused 1");
  expect(ran.stdout).toContain(
    'line 5, Status: "99" is none of the values of the mapping [INVALID_VALUE]',
  );
  const device = async (serialNumber: string) => {
    const query = `query ($serialNumber: String!) { device(serialNumber: $serialNumber) {
      partNumber hardwareRevision lotCode phase history(first: 1) { nodes { producedAt site source } }
    } }`;
    return (await cli.gateway.query(query, { serialNumber })).data?.device;
  };
  expect(await device("4711-0001")).toEqual({
    ...{ partNumber: "PMP-200", hardwareRevision: "B", lotCode: "C-2026-014", phase: "PACKAGING" },
    history: {
      nodes: [
        {
          producedAt: "2026-01-31T07:15:00.000000Z",
          site: "Werk Kassel",
          source: "erp-export.csv",
        },
      ],
    },
  });
  expect(await device("4711-0003")).toMatchObject({
    ...{ hardwareRevision: null, lotCode: null, phase: "TESTING" },
    history: { nodes: [{ producedAt: "2026-01-30T23:00:00.000000Z" }] },
  });
  const mended = (await readFile(report, "utf8")).replace(",99,", ",30,");
  const again = await cli.run("line", [...words, await cli.file("mended.csv", mended)]);
  expect(again).toMatchObject({ exit: 0, stdout: expect.stringContaining("recorded 1 ·") });
});

test("a mapping that names what is not there is refused before the first row", async () => {
  const mapping = JSON.parse(await readFile(MAPPING, "utf8"));
  mapping.fields.lotCode.column = "Chargen";
  const path = await cli.file("wrong.json", JSON.stringify(mapping));
  const ran = await cli.run("line", ["import", "--mapping", path, EXPORT]);
  expect(ran).toMatchObject({ exit: 2, stdout: "" });
  expect(ran.stderr).toContain('"Chargen" (nearest: "Charge")');
  expect(ran.stderr).toContain("[UNKNOWN_COLUMN]");
});

test("the JSON schema knows the members that the reader knows", async () => {
  const schema = JSON.parse(await readFile(join(ROOT, "docs/import-mapping.schema.json"), "utf8"));
  const { rule } = schema.$defs;
  expect(Object.keys(schema.properties).sort()).toEqual([...MAPPING_MEMBERS].sort());
  expect(Object.keys(rule.properties).sort()).toEqual([...RULE_MEMBERS].sort());
  expect(rule.properties.otherwise.enum).toEqual(OTHERWISE);
  expect({
    fields: schema.properties.fields.maxProperties,
    names: schema.properties.ignore.oneOf[1].maxItems,
    values: rule.properties.values.maxProperties,
    pattern: rule.properties.pattern.maxLength,
  }).toEqual(MAPPING_LIMITS);
});
