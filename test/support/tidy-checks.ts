import { type ASTNode, parse, visit } from "graphql";

/** A file of the checkout: its path from the root, with `/`, and its text. */
export interface TextFile {
  path: string;
  text: string;
}

/** What is wrong, a line each; empty where nothing is. */
type Complaints = string[];

const LINES_MOST = 300;
const ROLES = ["entity", "store", "type", "resolver", "test"];
/** What every subgraph has, whatever it is about. */
export const SUBGRAPH_FILES = [
  "access.ts",
  "config.ts",
  "context.ts",
  "limits.ts",
  "migrations/",
  "schema.graphql",
  "service.ts",
  "subgraph.ts",
];

export function longFiles(files: readonly TextFile[]): Complaints {
  return files
    .filter(({ path }) => /\.(ts|js|sql)$/.test(path))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > LINES_MOST)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${LINES_MOST}`);
}

/** `device.store.ts` says its role; `device.helper.ts` says none that anybody knows. */
export function unknownRoles(paths: readonly string[]): Complaints {
  return paths.flatMap((path) => {
    const [, role] = /(?:^|\/)[^./]+\.(.+)\.ts$/.exec(path) ?? [];
    return role === undefined || ROLES.includes(role) ? [] : [`${path}: "${role}" is no role`];
  });
}

/** Knowing one subgraph must be knowing all: the same files, tests and concepts aside. */
export function unevenSubgraphs(paths: readonly string[]): Complaints {
  const shapes = new Map<string, Set<string>>();
  for (const path of paths) {
    const [, subgraph, rest] = /^subgraphs\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (subgraph === undefined || rest === undefined || rest.endsWith(".test.ts")) continue;
    const entry = rest.startsWith("migrations/") ? "migrations/" : rest;
    const shape = shapes.get(subgraph) ?? new Set();
    if (!entry.slice(0, -1).includes("/")) shape.add(entry);
    shapes.set(subgraph, shape);
  }
  const all = new Set([...SUBGRAPH_FILES, ...[...shapes.values()].flatMap((shape) => [...shape])]);
  return [...shapes].flatMap(([subgraph, shape]) =>
    [...all].filter((file) => !shape.has(file)).map((file) => `${subgraph} has no ${file}`),
  );
}

/** Migrations are numbered 001, 002 … within their folder, so that their order is seen. */
export function unnumberedMigrations(files: readonly TextFile[]): Complaints {
  const folders = new Map<string, string[]>();
  for (const { path, text } of files) {
    const [, folder, name] = /^(.*\/migrations)\/([^/]+)$/.exec(path) ?? [];
    if (folder === undefined || name === undefined) continue;
    if (!/^\d/.test(name) && !text.includes("implements MigrationInterface")) continue;
    folders.set(folder, [...(folders.get(folder) ?? []), name]);
  }
  return [...folders].flatMap(([folder, names]) =>
    names.sort().flatMap((name, index) => {
      const expected = `${String(index + 1).padStart(3, "0")}-`;
      return name.startsWith(expected) ? [] : [`${folder}/${name} should begin with ${expected}`];
    }),
  );
}

const TRACES: readonly [name: string, pattern: RegExp][] = [
  ["a path of one machine", /(?<![\w.@])\/(?:work|root|home|Users)\/[\w.]/],
  ["the host of a package registry", /https?:\/\/[^/\s"']*(?:registry|mirror|artifactory)/i],
  ["a host to install packages from", /"resolved": *"http/],
];

/** What would work, or be known, on one machine only. */
export function machineTraces(files: readonly TextFile[]): Complaints {
  return files.flatMap(({ path, text }) =>
    TRACES.filter(([, pattern]) => pattern.test(text)).map(([name]) => `${path} names ${name}`),
  );
}

/** Work left for later belongs in no file. */
export function openMarks(files: readonly TextFile[]): Complaints {
  return files.flatMap(({ path, text }) => {
    const [mark] = /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/.exec(text) ?? [];
    return mark === undefined ? [] : [`${path} has a ${mark}`];
  });
}

const IS_TEST = /^test\/|\.test\.ts$/;
const IS_CONFIG = /(?:^|\/)config\.ts$/;
const VARIABLE = "[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*";
/** What every program is started with; passed on, not configured. */
const OF_THE_SYSTEM = ["HOME", "PATH"];

/** A service reads its environment in config.ts; elsewhere a variable would be a surprise. */
export function variablesReadElsewhere(files: readonly TextFile[]): Complaints {
  return files
    .filter(({ path }) => /^(?:start\b|subgraphs\/|gateway\/|demo\/).*\.ts$/.test(path))
    .filter(({ path }) => !IS_CONFIG.test(path) && !IS_TEST.test(path))
    .filter(({ text }) => /process\.env(?:\.[A-Z]|\[)/.test(text))
    .map(({ path }) => `${path} reads an environment variable`);
}

/**
 * The environment variables that the sources read: every upper-case name that a config.ts quotes or
 * takes from `env`, what others take from `process.env` or `environment` or unpack from them, and
 * the names that are made of a service's: `${prefix}_DATABASE_URL`.
 */
export function variablesRead(files: readonly TextFile[]): string[] {
  const ofProcess = new RegExp(
    `(?:process\\.env|\\benvironment)(?:\\.(${VARIABLE})\\b|\\["(${VARIABLE})"\\])`,
    "g",
  );
  const ofConfig = new RegExp(`\\benv\\.(${VARIABLE})\\b|"(${VARIABLE})"`, "g");
  const names = files
    .filter(({ path }) => path === "bin/tracegraph.js" || path.endsWith(".ts"))
    .filter(({ path }) => !IS_TEST.test(path))
    .flatMap(({ path, text }) => [...text.matchAll(IS_CONFIG.test(path) ? ofConfig : ofProcess)])
    .map(([, dotted, quoted]) => dotted ?? quoted ?? "");
  const unpacked = files
    .filter(({ path }) => path.endsWith(".ts") && !IS_TEST.test(path))
    .flatMap(({ text }) => [...text.matchAll(/\{ ([A-Z_, ]+) \}: NodeJS\.ProcessEnv/g)])
    .flatMap(([, list = ""]) => list.split(", "));
  const services = servicesIn(files).map((name) => name.toUpperCase());
  const made = files
    .filter(({ path }) => path.startsWith("start"))
    .flatMap(({ text }) => [...text.matchAll(/`\$\{prefix\}(_[A-Z_]+)`/g)])
    .flatMap(([, rest]) => services.map((service) => `${service}${rest}`));
  return [...new Set([...names, ...unpacked, ...made])]
    .filter((name) => !OF_THE_SYSTEM.includes(name))
    .sort();
}

/** What has tables of its own. */
function servicesIn(files: readonly TextFile[]): string[] {
  const service = /^(?:subgraphs\/)?([^/]+)\/migrations\//;
  const folders = files.map(({ path }) => service.exec(path)?.[1] ?? "");
  return [...new Set(folders)].filter((folder) => folder !== "");
}

/** The variables that docker-compose.yml gives to services of ours. */
export function variablesOfCompose(compose: string): string[] {
  const names = [...compose.matchAll(/^ +([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? "");
  return [...new Set(names)].filter((name) => !/^POSTGRES_|_PASSWORD$/.test(name)).sort();
}

/** The variables that docker-compose.yml takes from whoever starts it. */
export function variablesForCompose(compose: string): string[] {
  const names = [...compose.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? "");
  return [...new Set(names)].filter((name) => !name.endsWith("_PASSWORD")).sort();
}

/** The events that the sources write to the log. */
export function eventsIn(files: readonly TextFile[]): { level: string; event: string }[] {
  return files
    .filter(({ path }) => path.endsWith(".ts") && !IS_TEST.test(path))
    .flatMap(({ text }) => [...text.matchAll(/\blog\(\s*"([A-Z]+)",\s*"([^"]+)"/g)])
    .map(([, level = "", event = ""]) => ({ level, event }));
}

/** The cells of the Markdown tables below a heading (or of all of them), without head and rule. */
export function tableRows(markdown: string, heading?: string): string[][] {
  const from = heading === undefined ? 0 : markdown.indexOf(`\n## ${heading}\n`);
  if (from < 0) throw new Error(`no heading "${heading}"`);
  const to = heading === undefined ? -1 : markdown.indexOf("\n## ", from + 1);
  const lines = markdown.slice(from, to < 0 ? undefined : to).split("\n");
  const isRule = (line: string | undefined): boolean => line?.startsWith("|-") ?? false;
  return lines
    .filter((line, index) => line.startsWith("|") && !isRule(line) && !isRule(lines[index + 1]))
    .map((line) => line.split("|").slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim().replace(/^`|`$/g, "")));
}

/** Every forbidden synonym of the glossary, with the word to use instead. */
export function synonymsOf(glossary: string): Map<string, string> {
  const synonyms = new Map<string, string>();
  for (const [word = "", , not = ""] of tableRows(glossary)) {
    for (const synonym of not.split(",")) {
      if (synonym.trim()) synonyms.set(synonym.trim().toLowerCase(), word);
    }
  }
  return synonyms;
}

/** The names that a schema gives: types, fields, arguments, enum values; not its descriptions. */
export function namesIn(sdl: string): string[] {
  const names = new Set<string>();
  const add = ({ name }: { name: { value: string } }): void => void names.add(name.value);
  const kinds = ["ObjectType", "InputObjectType", "EnumType", "InterfaceType", "UnionType"];
  const nodes = ["Field", "InputValue", "EnumValue", "ScalarType", ...kinds];
  const visitor = Object.fromEntries(nodes.map((kind) => [`${kind}Definition`, { enter: add }]));
  visit(parse(sdl) as ASTNode, visitor);
  return [...names];
}

/** `palletId`, `PALLET_ID` → "pallet id". */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .replace(/_/g, " ")
    .toLowerCase();
}

/** Names that hold a forbidden synonym, in the singular or the plural. */
export function forbiddenNames(
  names: readonly string[],
  synonyms: ReadonlyMap<string, string>,
): Complaints {
  return names.flatMap((name) =>
    [...synonyms].flatMap(([synonym, word]) =>
      new RegExp(`(^| )${synonym}s?( |$)`).test(wordsOf(name))
        ? [`${name}: the glossary's word for "${synonym}" is ${word}`]
        : [],
    ),
  );
}

/** The commands that a page tells its reader to run: npm scripts and tracegraph's own. */
export function commandsIn(markdown: string): string[] {
  const scripts = markdown.matchAll(/\bnpm (?:run (?:-s )?([a-z:-]+)|(start|test)\b)/g);
  const commands = markdown.matchAll(/\bnpx tracegraph ([a-z][a-z-]*)/g);
  const found = [
    ...[...scripts].map(([, script, short]) => `npm ${script ?? short}`),
    ...[...commands].map(([, command]) => `tracegraph ${command}`),
  ];
  return [...new Set(found)].sort();
}

/** Links within the repository that lead nowhere. */
export function brokenLinks({ path, text }: TextFile, paths: ReadonlySet<string>): Complaints {
  return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].flatMap(([, target = ""]) => {
    const resolved = new URL(target, `file:///${path}`).pathname.slice(1);
    const isThere = resolved.endsWith("/")
      ? [...paths].some((known) => known.startsWith(resolved))
      : paths.has(resolved);
    return isThere ? [] : [`${path} links to ${target}, which is not there`];
  });
}

/** Files and folders that a page names in backticks, from the root, and that are not there. */
export function missingPaths({ path, text }: TextFile, paths: ReadonlySet<string>): Complaints {
  const named = text.matchAll(
    /`((?:subgraphs|gateway|shared|cli|demo|test|start|docs|docker)\/[^`\s*]*)`/g,
  );
  return [...named].flatMap(([, target = ""]) => {
    const isThere = [...paths].some(
      (known) => known === target || (target.endsWith("/") && known.startsWith(target)),
    );
    return isThere ? [] : [`${path} names ${target}, which is not there`];
  });
}
