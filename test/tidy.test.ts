import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { COMMANDS } from "../cli/commands.ts";
import { ERROR_CODES, type ErrorCode, isRetryable } from "../shared/domain-error.ts";
import {
  brokenLinks,
  commandsIn,
  eventsIn,
  forbiddenNames,
  longFiles,
  machineTraces,
  missingPaths,
  namesIn,
  openMarks,
  SUBGRAPH_FILES,
  synonymsOf,
  type TextFile,
  tableRows,
  unevenSubgraphs,
  unknownRoles,
  unnumberedMigrations,
  variablesForCompose,
  variablesOfCompose,
  variablesRead,
  variablesReadElsewhere,
} from "./support/tidy-checks.ts";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NOT_OURS = /^(?:\.git|node_modules|dist(?:\..*)?|data|coverage|.*\.log)$/;

/** All files of the checkout, as a fresh clone would have them. */
function checkout(folder = ""): TextFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (NOT_OURS.test(entry.name)) return [];
    if (entry.isDirectory()) return checkout(path);
    const text = readFileSync(join(ROOT, path), "utf8");
    // A picture has no text, but pages link to it.
    return [{ path, text: text.includes("\0") ? "" : text }];
  });
}

const files = checkout();
const paths = files.map(({ path }) => path);

function textOf(path: string): string {
  const file = files.find((one) => one.path === path);
  if (!file) throw new Error(`${path} is missing`);
  return file.text;
}

function file(path: string, text = ""): TextFile {
  return { path, text };
}

describe("files", () => {
  test("have at most 300 lines", () => {
    expect(longFiles(files)).toEqual([]);
    expect(longFiles([file("a.ts", "x\n".repeat(300)), file("b.md", "x\n".repeat(999))])).toEqual(
      [],
    );
    expect(longFiles([file("a.ts", "x\n".repeat(301))])).toHaveLength(1);
  });

  test("say a role that is known, or none", () => {
    expect(unknownRoles(paths)).toEqual([]);
    expect(unknownRoles(["a/device.ts", "a/device.store.ts", "a/device.test.ts"])).toEqual([]);
    expect(unknownRoles(["a/device.helper.ts", "a/device.store.old.ts"])).toHaveLength(2);
  });

  test("name no machine", () => {
    expect(machineTraces(files)).toEqual([]);
    expect(machineTraces([file("a", "docs/work/x, https://example.org/home/x")])).toEqual([]);
    // Put together here, or this file would be refused itself.
    const folders = ["work", "root", "home", "Users"].map((folder) => ["", folder, "x"].join("/"));
    const registry = ["https:", "", "registry.example.org"].join("/");
    for (const trace of [...folders, `"${folders[0]}"`, registry]) {
      expect([trace, machineTraces([file("a", trace)]).length]).toEqual([trace, 1]);
    }
  });

  test("leave no work marked for later", () => {
    expect(openMarks(files)).toEqual([]);
    expect(openMarks([file("a.ts", `// TO${"DO"}: later`)])).toHaveLength(1);
  });

  test("name the exact version of every package", () => {
    const packages = files.filter(({ path }) => path.endsWith("package.json"));
    const versions = packages.flatMap(({ text }) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(text);
      return Object.entries<string>({ ...dependencies, ...devDependencies });
    });
    expect(versions.length).toBeGreaterThan(30);
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual(
      [],
    );
  });

  test("number their migrations without a gap", () => {
    expect(unnumberedMigrations(files)).toEqual([]);
    const numbers = (...names: string[]): string[] =>
      unnumberedMigrations(names.map((name) => file(`s/migrations/${name}`)));
    expect(numbers("001-a.ts", "002-b.ts", "tenant-wall.ts")).toEqual([]);
    expect(numbers("001-a.ts", "003-b.ts")).toHaveLength(1);
    expect(numbers("001-a.ts", "001-b.ts")).toHaveLength(1);
    const unnumbered = file("s/migrations/create.ts", "class A implements MigrationInterface {}");
    expect(unnumberedMigrations([unnumbered])).toHaveLength(1);
  });
});

describe("subgraphs", () => {
  test("all have the same files", () => {
    expect(unevenSubgraphs(paths)).toEqual([]);
    const whole = SUBGRAPH_FILES.map((name) => name.replace(/\/$/, "/001-a.ts"));
    const inFolder = (name: string): string[] => whole.map((path) => `subgraphs/${name}/${path}`);
    expect(unevenSubgraphs([...inFolder("a"), ...inFolder("b")])).toEqual([]);
    expect(unevenSubgraphs([...inFolder("a"), ...inFolder("b").slice(1)])).toEqual([
      "b has no access.ts",
    ]);
    const extra = "subgraphs/a/extra.ts";
    expect(unevenSubgraphs([...inFolder("a"), extra, ...inFolder("b")])).toEqual([
      "b has no extra.ts",
    ]);
    expect(unevenSubgraphs([...inFolder("a"), "subgraphs/a/access.test.ts"])).toEqual([]);
  });

  test("speak the glossary's words", () => {
    const synonyms = synonymsOf(textOf("docs/glossary.md"));
    expect(synonyms.get("customer")).toBe("owner");
    const schemas = files.filter(({ path }) => path.endsWith(".graphql"));
    expect(schemas.length).toBeGreaterThan(0);
    for (const { path, text } of schemas) {
      expect([path, forbiddenNames(namesIn(text), synonyms)]).toEqual([path, []]);
    }
  });

  test("would not get away with a synonym", () => {
    const synonyms = synonymsOf(
      "| word | meaning | not |\n|---|---|---|\n| owner | x | user, end user |\n",
    );
    const refused = (sdl: string): number => forbiddenNames(namesIn(sdl), synonyms).length;
    expect(refused("type Owner { usefulness(used: Int): Int }")).toBe(0);
    expect(refused('"A user" type Owner { id: ID }')).toBe(0);
    expect(refused("type User { id: ID }")).toBe(1);
    expect(refused("type Owner { allUsers: ID }")).toBe(1);
    expect(refused("type Query { owner(userId: ID): ID }")).toBe(1);
    expect(refused("input A { user_id: ID }")).toBe(1);
    expect(refused("enum Kind { END_USER }")).toBe(2);
  });
});

describe("docs", () => {
  test("list the error codes as the code has them", () => {
    const codes = Object.keys(ERROR_CODES) as ErrorCode[];
    const expected = codes.map((code) => [
      code,
      isRetryable(code) ? "yes" : "no",
      ERROR_CODES[code],
    ]);
    expect(tableRows(textOf("docs/errors.md"))).toEqual(expected);
    expect(tableRows("| code |\n|---|\n| `A` |\n| B |\n")).toEqual([["A"], ["B"]]);
  });

  test("name every environment variable that is read, and no other", () => {
    const rows = tableRows(textOf("docs/operations.md"), "Environment variables");
    expect(rows.map(([name]) => name).sort()).toEqual(variablesRead(files));
    const config = file("gateway/config.ts", 'read(env, "OIDC_ISSUER") ?? env.PORT ?? "demo"');
    expect(variablesRead([config])).toEqual(["OIDC_ISSUER", "PORT"]);
    const other = file("cli/output.ts", 'refuse("PORT"); if (process.env["NO_COLOR"]) plain();');
    expect(variablesRead([other])).toEqual(["NO_COLOR"]);
    expect(variablesRead([file("test/a.ts", "process.env.SEED")])).toEqual([]);
    const made = file("start/a.ts", `environment[\`\${prefix}_DATABASE_URL\`] ?? environment.SEED`);
    const names = variablesRead([made, file("subgraphs/custody/migrations/001-a.ts")]);
    expect(names).toEqual(["CUSTODY_DATABASE_URL", "SEED"]);
    const unpacked = file("start.ts", "function read({ HOST, PORT }: NodeJS.ProcessEnv) {}");
    expect(variablesRead([unpacked])).toEqual(["HOST", "PORT"]);
  });

  test("tell of every event that somebody must act on, and events are words with hyphens", () => {
    const events = eventsIn(files);
    expect(events.length).toBeGreaterThan(10);
    expect(events.filter(({ event }) => !/^[a-z]+(-[a-z]+)*$/.test(event))).toEqual([]);
    const page = textOf("docs/operations.md");
    const urgent = events.filter(({ level }) => level === "ERROR");
    expect(urgent.filter(({ event }) => !page.includes(`\`${event}\``))).toEqual([]);
    const source = 'log("ERROR", "is_lost", {}); log(\n  "WARN",\n  "waits",\n);';
    expect(eventsIn([file("gateway/a.ts", source)])).toEqual([
      { level: "ERROR", event: "is_lost" },
      { level: "WARN", event: "waits" },
    ]);
  });

  test("know every variable that docker-compose.yml sets", () => {
    const known = variablesRead(files);
    const set = variablesOfCompose(textOf("docker-compose.yml"));
    expect(set).toContain("OWNERSHIP_URL");
    expect(set.filter((name) => !known.includes(name))).toEqual([]);
    const compose = "services:\n  a:\n    environment:\n      PROT: 1\n      A_PASSWORD: x\n";
    expect(variablesOfCompose(compose)).toEqual(["PROT"]);
  });

  test("name every variable that docker-compose.yml takes, which passes on all that a gateway reads", () => {
    const compose = textOf("docker-compose.yml");
    const page = textOf("docs/operations.md");
    expect(variablesForCompose(compose)).toContain("GATEWAY_PORT");
    expect(variablesForCompose(compose).filter((name) => !page.includes(`\`${name}\``))).toEqual(
      [],
    );
    expect(variablesForCompose(["a: $", "{PROT:-1}:$", "{A_PASSWORD}"].join(""))).toEqual(["PROT"]);
    const isOfGateway = (by = "") => /\bgateway\b|every `start(?!` \()/.test(by);
    const passed = [...variablesOfCompose(compose), "HOST", "DATA_DIR"];
    const read = tableRows(page, "Environment variables").filter(([, by]) => isOfGateway(by));
    expect(read.length).toBeGreaterThan(10);
    expect(read.map(([name = ""]) => name).filter((name) => !passed.includes(name))).toEqual([]);
  });

  test("are right that a service reads its environment in config.ts alone", () => {
    expect(variablesReadElsewhere(files)).toEqual([]);
    expect(variablesReadElsewhere([file("gateway/config.ts", "process.env.PORT")])).toEqual([]);
    expect(variablesReadElsewhere([file("start.ts", "run(process.env)")])).toEqual([]);
    expect(variablesReadElsewhere([file("start.ts", "process.env.PORT")])).toHaveLength(1);
    expect(variablesReadElsewhere([file("gateway/a.ts", 'process.env["PORT"]')])).toHaveLength(1);
  });

  test("tell commands that exist", () => {
    const packages = files.filter(({ path }) => /(?:^|\/)package\.json$/.test(path));
    const scripts = packages.flatMap(({ text }) => Object.keys(JSON.parse(text).scripts ?? {}));
    const known = new Set([
      ...scripts.map((name) => `npm ${name}`),
      ...COMMANDS.map(({ name }) => `tracegraph ${name}`),
    ]);
    const pages = files.filter(({ path }) => path.endsWith(".md"));
    const told = new Set(pages.flatMap(({ text }) => commandsIn(text)));
    expect([...told].filter((command) => !known.has(command))).toEqual([]);
    expect(told).toContain("npm test");
    expect(
      commandsIn("`npm i`, `npm run check`, `npm test`, `npx tracegraph token --role x`"),
    ).toEqual(["npm check", "npm test", "tracegraph token"]);
  });

  test("name files that are there", () => {
    const known = new Set(paths);
    const pages = files.filter(({ path }) => path.endsWith(".md"));
    expect(pages.flatMap((page) => missingPaths(page, known))).toEqual([]);
    const page = file("docs/a.md", "`cli/main.ts`, `cli/`, `device.ts`, `subgraphs/*/access.ts`");
    expect(missingPaths(page, new Set(["cli/main.ts"]))).toEqual([]);
    expect(missingPaths(page, new Set(["cli/other.ts"]))).toHaveLength(1);
  });

  test("link to what is there", () => {
    const known = new Set(paths);
    const pages = files.filter(({ path }) => path.endsWith(".md"));
    expect(pages.flatMap((page) => brokenLinks(page, known))).toEqual([]);
    const page = file(
      "docs/a.md",
      "[b](b.md#c) [up](../LICENSE) [web](https://example.org) [all](./)",
    );
    expect(brokenLinks(page, new Set(["docs/b.md", "LICENSE"]))).toEqual([]);
    expect(brokenLinks(page, new Set(["docs/b.md"]))).toHaveLength(1);
  });
});
