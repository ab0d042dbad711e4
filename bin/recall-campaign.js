import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

// Random criteria against a walk through all revisions: the test of the suite, at any length.
const { values } = parseArgs({
  options: {
    criteria: { type: "string", default: "2000" },
    devices: { type: "string", default: "20000" },
    seed: { type: "string", default: "campaign" },
  },
});
const child = spawn(process.execPath, ["bin/test.js", "test/recall/brute-force"], {
  stdio: "inherit",
  env: {
    ...process.env,
    RECALL_CRITERIA: values.criteria,
    RECALL_DEVICES: values.devices,
    RECALL_SEED: values.seed,
  },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
