import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, isStale } from "./build.js";

// Some tests run the built command line and the built services, and kill them.
if (isStale() && build() !== 0) process.exit(1);

const jest = join(
  dirname(createRequire(import.meta.url).resolve("jest/package.json")),
  "bin/jest.js",
);
const flags = ["--experimental-vm-modules", "--disable-warning=ExperimentalWarning"];
const child = spawn(process.execPath, [...flags, jest, ...process.argv.slice(2)], {
  cwd: dirname(dirname(fileURLToPath(import.meta.url))),
  // As the product runs, unless somebody says otherwise.
  env: { NODE_ENV: "production", ...process.env },
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
