import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type RunningSystem, startSystem } from "../support/running-system.ts";
import { clientWorld } from "./client-world.ts";
import { CLIENT_FOLDER, findPython, runPython } from "./python.ts";

let system: RunningSystem;
let world: string;
beforeAll(async () => {
  system = await startSystem({ seed: "demo" });
  const examples = JSON.parse(await readFile(join(system.dataFolder, "demo.json"), "utf8"));
  world = await clientWorld(system, examples.serialNumber);
}, 120_000);
afterAll(() => system.stop());

/** The client's own tests, in a Python that has these modules. */
function testWith(name: string, modules: readonly string[], only: readonly string[] = []): void {
  const { python, missing } = findPython(modules);
  const skipped = python === null ? ` (skipped: ${missing} not installed)` : "";
  (python === null ? test.skip : test)(
    `${name}${skipped}`,
    async () => {
      const environment = { TRACEGRAPH_TEST: world, PYTHONWARNINGS: "error::ResourceWarning" };
      const words = ["-m", "unittest", "--verbose", ...only.flatMap((part) => ["-k", part])];
      const { stderr } = await runPython(`${python}`, words, {
        folder: CLIENT_FOLDER,
        environment,
      });
      const [, ran] = /^Ran (\d+) tests? in/m.exec(stderr) ?? [];
      expect(Number(ran)).toBeGreaterThan(only.length > 0 ? 10 : 20);
      expect(stderr).toMatch(/^OK/m);
      if (modules.length > 0) expect(stderr).not.toContain("skipped");
      expect(stderr).not.toContain("no gateway");
    },
    300_000,
  );
}

// Whatever pandas has no part in is asked once.
const alone = findPython(["pandas"]).python === null ? [] : ["Downloading", "Pages"];
testWith("the Python client does what it says, with the standard library alone", [], alone);
testWith("the Python client does what it says, beside pandas", ["pandas"]);
