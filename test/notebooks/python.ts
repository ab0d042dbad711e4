import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../support/running-system.ts";

export const CLIENT_FOLDER = join(ROOT, "clients/python");
/** Debian's packages stand by this one; another may be the first in PATH. */
const INTERPRETERS = ["python3", "/usr/bin/python3"];
/** Where each module comes from on Debian. */
const PACKAGES: Readonly<Record<string, string>> = {
  pandas: "python3-pandas",
  matplotlib: "python3-matplotlib",
  nbclient: "jupyter-nbconvert",
  nbformat: "jupyter-nbconvert",
  ipykernel: "python3-ipykernel",
};

/** A Python with these modules; or what is missing. */
export interface FoundPython {
  python: string | null;
  missing: string;
}

/** Finds a Python of at least 3.9 that has these modules. */
export function findPython(modules: readonly string[] = []): FoundPython {
  const lacks = INTERPRETERS.map((python) => ({ python, lacking: lackingIn(python, modules) }));
  const found = lacks.find(({ lacking }) => lacking?.length === 0);
  const [least = ["python3"]] = lacks
    .flatMap(({ lacking }) => (lacking ? [lacking] : []))
    .sort((one, other) => one.length - other.length);
  const names = new Set(least.map((module) => PACKAGES[module] ?? module));
  return { python: found?.python ?? null, missing: [...names].join(", ") };
}

/** null: there is no such Python. */
function lackingIn(python: string, modules: readonly string[]): string[] | null {
  const asked = `import importlib.util as u, sys
assert sys.version_info >= (3, 9)
print(*(m for m in sys.argv[1:] if u.find_spec(m) is None))`;
  const { status, stdout } = spawnSync(python, ["-c", asked, ...modules], { encoding: "utf8" });
  return status === 0 ? stdout.split(/\s+/).filter(Boolean) : null;
}

/** Runs Python to its end; throws, with what it wrote, where it fails. */
export async function runPython(
  python: string,
  words: readonly string[],
  { folder, environment }: { folder: string; environment: Record<string, string> },
): Promise<{ stdout: string; stderr: string }> {
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...environment };
  return promisify(execFile)(python, words, { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 });
}
