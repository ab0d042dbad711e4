import { spawnSync } from "node:child_process";
import {
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const SOURCES = ["start", "shared", "subgraphs", "gateway", "witness", "cli", "demo", "bench"];
const STAMP = join(ROOT, "dist", ".built");

/** The newest change below a folder, in ms since the epoch. */
function newestChange(folder) {
  let newest = statSync(folder).mtimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    // The peers of the benchmark are a package of their own.
    if (entry.name === "node_modules" || entry.name === "peers") continue;
    const path = join(folder, entry.name);
    const changed = entry.isDirectory() ? newestChange(path) : statSync(path).mtimeMs;
    if (changed > newest) newest = changed;
  }
  return newest;
}

/** Whether `dist` is missing or older than the sources. A package without sources is never stale. */
export function isStale() {
  if (!existsSync(join(ROOT, "tsconfig.build.json"))) return false;
  if (!existsSync(STAMP)) return true;
  const built = statSync(STAMP).mtimeMs;
  const folders = SOURCES.map((name) => join(ROOT, name)).filter((folder) => existsSync(folder));
  const files = ["start.ts", "tsconfig.json", "tsconfig.build.json", "package-lock.json"];
  return (
    folders.some((folder) => newestChange(folder) > built) ||
    files.some((name) => existsSync(join(ROOT, name)) && statSync(join(ROOT, name)).mtimeMs > built)
  );
}

/** Compiles the sources to `dist`, which changes in one step. Answers the compiler's exit code. */
export function build() {
  const typescript = createRequire(import.meta.url).resolve("typescript/package.json");
  const compiler = join(dirname(typescript), "bin", "tsc");
  const fresh = join(ROOT, `dist.${process.pid}`);
  const old = join(ROOT, `dist.${process.pid}.old`);
  const started = new Date();
  const arguments_ = [compiler, "-p", "tsconfig.build.json", "--outDir", fresh];
  const { status } = spawnSync(process.execPath, arguments_, {
    cwd: ROOT,
    stdio: ["ignore", 2, 2],
  });
  if (status === 0) {
    const stamp = join(fresh, ".built");
    writeFileSync(stamp, started.toISOString());
    // What changed while the compiler ran is newer than the build.
    utimesSync(stamp, started, started);
    if (existsSync(join(ROOT, "dist"))) renameSync(join(ROOT, "dist"), old);
    renameSync(fresh, join(ROOT, "dist"));
  }
  for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true });
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(build());
