import { readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";
import { cuttingProxy } from "./cutting-proxy.ts";

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.close());

/** A file of new devices that ask for identities, every tenth row wrong. */
function rowsOf(prefix: string, count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const phase = index % 10 === 9 ? "SHIPPED" : "TESTING";
    return `${prefix}-${index},${phase},device ${index}`;
  });
  return `serial_number,phase,provision.name\n${rows.join("\n")}\n`;
}

/** An import whose gateway goes away after some batches were sent, and what it leaves behind. */
async function interrupted(name: string, answers: number) {
  const path = await cli.file(`${name}.csv`, rowsOf(name, 60));
  const report = `${path}.refused.csv`;
  const secrets = `${path}.secrets.csv`;
  const proxy = await cuttingProxy(cli.gateway.gateway.url, answers);
  const words = ["import", path, "--json", "--batch-size", "10", "--patience", "0"];
  const all = [...words, "--report", report, "--secrets", secrets];
  const ran = await cli.run("line", all, { url: proxy.url });
  return { path, report, secrets, words: all, ran, proxy, state: `${path}.tracegraph-import.json` };
}

describe("an import that was interrupted", () => {
  test("goes on where it was, and tells what one that was not would have told", async () => {
    const { path, report, secrets, words, ran, proxy, state } = await interrupted("GO", 8);
    expect(ran.exit).toBe(4);
    const first = JSON.parse(ran.stdout);
    expect(first).toMatchObject({ complete: false, resumedAfter: 0 });
    expect((await stat(state)).mode & 0o777).toBe(0o600);
    const saved = JSON.parse(await readFile(state, "utf8")).progress;
    expect(saved.rows % 10).toBe(0);
    expect(saved.rows).toBeGreaterThan(0);
    expect(saved.rows).toBeLessThan(60);
    proxy.open();
    const again = await cli.run("line", words, { url: proxy.url });
    await proxy.close();
    expect(again.stderr).toContain(`going on after row ${saved.rows}`);
    expect(JSON.parse(again.stdout)).toMatchObject({
      ...{ complete: true, resumedAfter: saved.rows, rows: 60, secretsLost: 0 },
      ...{ recorded: 54, revised: 0, unchanged: 0, refused: 6, rowsRefused: 6 },
      provisioning: { provisioned: 54, pending: 0, unchanged: 0, refused: 0 },
    });
    const lines = async (file: string) => (await readFile(file, "utf8")).trimEnd().split("\n");
    const refused = await lines(report);
    expect(refused.map((line) => line.split(",")[0])).toEqual([
      ...["refused.line", "11", "21", "31", "41", "51", "61"],
    ]);
    const told = (await lines(secrets)).slice(1).map((line) => line.split(","));
    expect(told.map(([serialNumber]) => serialNumber)).toEqual(
      Array.from({ length: 60 }, (_, index) => `GO-${index}`).filter((_, index) => index % 10 < 9),
    );
    // Each init key is in force: provisioning with it changes nothing.
    const keys = told.map(([serialNumber, , key]) => `${serialNumber},${key}`);
    const check = await cli.file("keys.csv", `serial_number,init_key\n${keys.join("\n")}\n`);
    const checked = await cli.run("line", ["provision", check, "--dry-run", "--json"]);
    expect(JSON.parse(checked.stdout).provisioning).toMatchObject({ unchanged: 54, refused: 0 });
    await expect(stat(state)).rejects.toThrow("ENOENT");
    const third = await cli.run("line", ["import", path]);
    expect(third.stdout).toContain("recorded 0 · revised 0 · unchanged 54 · refused 6");
  });

  test("is not mixed with another one: another file or other options are refused, or begin anew", async () => {
    const { path, words, proxy, state } = await interrupted("MIX", 4);
    proxy.open();
    await proxy.close();
    const other = await cli.run("line", ["import", path, "--batch-size", "20"]);
    expect(other).toMatchObject({ exit: 2, stdout: "" });
    expect(other.stderr).toContain("differs in --batch-size, the gateway, --report, --secrets");
    await writeFile(path, rowsOf("MIX", 61));
    const changed = await cli.run("line", words, { url: proxy.url });
    expect(changed.stderr).toMatch(/cannot reach the gateway|the file's content/);
    const anew = await cli.run("line", ["import", path, "--restart", "--json"]);
    const { recorded, unchanged, resumedAfter } = JSON.parse(anew.stdout);
    expect({ known: recorded + unchanged, resumedAfter }).toEqual({ known: 55, resumedAfter: 0 });
    await expect(stat(state)).rejects.toThrow("ENOENT");
  });

  test("leaves nothing to go on with where nobody could begin it", async () => {
    const path = await cli.file("nobody.csv", "serial_number\nNO-1\n");
    expect(await cli.run("support", ["import", path])).toMatchObject({ exit: 3 });
    await expect(stat(`${path}.tracegraph-import.json`)).rejects.toThrow("ENOENT");
  });
});
