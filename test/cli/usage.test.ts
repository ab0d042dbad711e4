import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Command } from "commander";
import { COMMANDS } from "../../cli/commands.ts";
import { runCommand } from "./command-line.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-usage-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ROW = "serial_number,lot_code\nSN-1,L-1\n";

describe("a file that cannot be read is refused whole, in one line, with exit code 2", () => {
  test.each<[string, string | Buffer, string, string]>([
    ["empty.csv", "", "EMPTY_FILE", "empty"],
    ["header.csv", "serial_number,lot_code\n", "NO_ROWS", "a header and no rows"],
    ["empty.json", "[]", "NO_ROWS", "no rows"],
    ["book.csv", Buffer.from("PK\u0003\u0004xl/workbook.xml"), "BROKEN_WORKBOOK", "damaged"],
    ["page.csv", "<!doctype html><title>Sign in</title>", "WRONG_FORMAT", "a web page"],
    ["binary.csv", Buffer.from([1, 2, 0, 3]), "WRONG_FORMAT", "byte 2 is NUL"],
    ["utf16.csv", Buffer.from(`\ufeff${ROW}`, "utf16le"), "NOT_UTF8", "UTF-16"],
    ["latin1.csv", Buffer.from(`${ROW}SN-é,L-1\n`, "latin1"), "NOT_UTF8", "byte 35 (0xE9)"],
    ["quote.csv", `${ROW}"SN-2,L-1\nSN-3,L-1\n`, "UNTERMINATED_QUOTE", "line 3"],
    ["twice.csv", "serial_number,serial_number\nSN-1,SN-1\n", "DUPLICATE_COLUMN", "stands twice"],
    ["cut.json", '[{"serialNumber": "SN-1"},\n{"serialN', "TRUNCATED_JSON", "line 2"],
    ["cut.ndjson", '{"serialNumber": "SN-1"}\n{"serialN', "TRUNCATED_JSON", "line 2"],
    ["broken.json", '[{"serialNumber": "SN-1"},\n{oops}]', "INVALID_JSON", "line 2"],
    [
      "cut-catena-x.json",
      '{"https://catenax.io/schema/TestDataContainer/1.0.0": [{"catenaXId": "a"',
      "TRUNCATED_JSON",
      "line 1",
    ],
  ])("%s", async (name, content, code, reason) => {
    const path = join(folder, name);
    await writeFile(path, content);
    // Only import reads Catena-X.
    const commands = name.includes("catena-x") ? ["import"] : ["import", "provision"];
    for (const command of commands) {
      const ran = await runCommand([command, path]);
      expect(ran).toMatchObject({ exit: 2, stdout: "" });
      expect(ran.stderr).toContain(`[${code}]`);
      expect(ran.stderr).toContain(reason);
      expect(ran.stderr).not.toMatch(/\n\s+at /);
    }
    const json = await runCommand(["import", path, "--json"]);
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { code, exitCode: 2 } });
  });

  test("a folder, and what is not there", async () => {
    expect(await runCommand(["import", folder])).toMatchObject({ exit: 2 });
    const { stderr } = await runCommand(["import", join(folder, "nothing.csv")]);
    expect(stderr).toContain("there is no such file");
  });

  test("standard input", async () => {
    const ran = await runCommand(["import", "-"], { input: `${ROW}"SN-2` });
    expect(ran).toMatchObject({ exit: 2, stderr: expect.stringContaining("line 3") });
  });
});

describe("wrong usage ends with exit code 2 and says what is right", () => {
  test.each([
    [["frobnicate"], "unknown command"],
    [["imprt", "x"], "Did you mean import?"],
    [["device"], "missing required argument"],
    [["import", "x", "--format", "docx"], "Allowed choices are connhex-csv"],
    [["import", "x", "--batch-size", "1001"], "1 to 1000"],
    [["siblings", "x", "--json", "--csv"], "not both"],
    [["token"], "at least one --role"],
    [["token", "--role", "service"], "The roles are"],
    [["token", "--role", "line", "--lifetime", "400d"], "at most 30d"],
    [["device", "x", "--url", "ftp://x"], "http or https"],
    [["field", "define", "grade", "--type", "enum"], "at least one"],
    [["device", "x", "--tenant", ""], "1 to 63 of a-z, 0-9 and -"],
    [["siblings", "x", "--tenant", "A B"], "1 to 63 of a-z, 0-9 and -"],
    [["check", "--tenant", "A B"], "1 to 63 of a-z, 0-9 and -"],
    [["access", "--device", "x", "--from", "soon"], "like 2027-01-01T00:00:00Z, or a day"],
    [["share", "add", "lab", "--reason", "x", "--to", "2026-02-30"], "like 2027-01-01T00:00:00Z"],
    [["share", "end", "U2", "--reason", "x", "--at", "noon"], "like 2027-01-01T00:00:00Z"],
    [["share", "add", "lab", "--reason", "x"], "--group with --value, or --serial and --list"],
    [["share", "add", "lab", "--reason", "x", "--serial", "S", "--site", "P"], "in one way"],
    [["client", "add", "x", "--kind", "app", "--role", "boss"], "The roles are line, support"],
    [["schema", "check", "x", "--role", "boss"], "argument 'boss' is invalid"],
  ])("%j", async (words, reason) => {
    const ran = await runCommand(words);
    expect(ran).toMatchObject({ exit: 2, stdout: "" });
    expect(ran.stderr).toContain(reason);
  });
});

/** Every command and what stands below it, by the words that call it. */
function commandsFrom(command: Command, above: readonly string[]): [string[], Command][] {
  const words = [...above, command.name()];
  return [[words, command], ...command.commands.flatMap((child) => commandsFrom(child, words))];
}

test("every command's help opens with what it does and shows examples, as they were written", async () => {
  const all: [string[], Command][] = [];
  for (const { load } of COMMANDS) all.push(...commandsFrom(await load(), []));
  expect(all.length).toBeGreaterThan(COMMANDS.length);
  for (const [words, command] of all) {
    const { exit, stdout, stderr } = await runCommand([...words, "--help"]);
    expect({ words, exit, stderr }).toEqual({ words, exit: 0, stderr: "" });
    expect(stdout).toMatch(/^Usage: .*\n\n[A-Z]/);
    expect(stdout).toMatch(/Examples?:\n.*\btracegraph /);
    // Commander breaks what is wider than the page, which no shell would take.
    expect(stdout).toContain(`\n\n${command.description()}\n`);
    expect(stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect(stdout).not.toContain("[]");
    for (const { flags, mandatory } of command.options) {
      if (mandatory) expect(stdout).toContain(flags);
      if (mandatory) expect(stdout.split(flags)[1]).toMatch(/^[^(]*\(required/);
    }
  }
}, 60_000);

describe("without a gateway", () => {
  test("a token is needed first (3), then the gateway must be there (4)", async () => {
    const words = ["device", "SN-1", "--url", "http://127.0.0.1:9"];
    const without = await runCommand(words);
    expect(without).toMatchObject({ exit: 3, stderr: expect.stringContaining("[NO_TOKEN]") });
    const withToken = await runCommand([...words, "--token", "x"]);
    expect(withToken).toMatchObject({ exit: 4, stdout: "" });
    expect(withToken.stderr).toContain("[GATEWAY_UNREACHABLE]");
  });

  test("a development token comes from the data folder, never beside a real issuer", async () => {
    const words = ["token", "--role", "line", "--json"];
    const environment = { DATA_DIR: folder };
    const { exit, stdout } = await runCommand(words, { environment });
    expect(exit).toBe(0);
    const { token, ...rest } = JSON.parse(stdout);
    expect(token.split(".")).toHaveLength(3);
    expect(rest).toMatchObject({ subject: "dev:line", roles: ["line"], tenants: ["demo"] });
    const real = { ...environment, OIDC_ISSUER: "https://issuer.example" };
    expect(await runCommand(words, { environment: real })).toMatchObject({ exit: 2, stdout: "" });
  });
});
