import "reflect-metadata";
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { printFigures } from "./measure.ts";
import { openBenchDatabases } from "./walk/bench-databases.ts";
import { chosenDevices } from "./walk/chosen-devices.store.ts";
import { Drive } from "./walk/drive.ts";
import { oneProcess, splitOverHttp } from "./walk/gateway-variants.ts";
import { measureWalk } from "./walk/measure-walk.ts";
import { readOptions, type VariantName, type WalkOptions } from "./walk/options.ts";
import { apollo, floor, postgraphile } from "./walk/peer-variants.ts";
import { benchNode, PEERS_FOLDER } from "./walk/places.ts";
import { printProfiles } from "./walk/profile-summary.ts";
import { aimVerdicts, walkRows } from "./walk/report.ts";
import { Verification } from "./walk/verify.ts";

const VARIANTS = { gateway: oneProcess, split: splitOverHttp, apollo, postgraphile, floor };

const notice = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Drives the Walk through this gateway and through what it is compared with, in turns, on one
 * database and one Node: `npm run bench:walk -- --devices 1000000`. A try takes a minute with
 * `--devices 20000 --rounds 1 --seconds 2`.
 */
async function main(): Promise<void> {
  const options = readOptions();
  // What was started is ended at the exit, which a signal by itself would pass by.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const node = benchNode();
  execFileSync(node, [join(PEERS_FOLDER, "node_modules/typescript/bin/tsc"), "-p", PEERS_FOLDER], {
    stdio: ["ignore", 2, 2],
  });
  if (options.profileFolder) await mkdir(options.profileFolder, { recursive: true });
  const bench = await openBenchDatabases({
    ...options,
    wantsOneStore: options.variants.includes("postgraphile"),
    notice,
  });
  const drive = new Drive(node);
  try {
    const { tenant, databases, postmasterPid } = bench;
    const connhexIds = await chosenDevices(databases.ownership.appUrl, tenant, options.rotation);
    const surroundings = { node, bench, profileFolder: options.profileFolder };
    const variants = options.variants.map((name) => VARIANTS[name](surroundings));
    const verification = new Verification(connhexIds, drive);
    const parts = { variants, connhexIds, drive, verification, postmasterPid, notice };
    report(await measureWalk(parts, options), options, node);
  } finally {
    drive.stop();
    await bench.stop();
  }
  if (options.profileFolder) await printProfiles(options.profileFolder, notice);
}

function report(
  figures: Awaited<ReturnType<typeof measureWalk>>,
  { devices, rounds, seconds, connections, rotation }: WalkOptions,
  node: string,
): void {
  const rows = walkRows(figures);
  const aims = aimVerdicts(rows);
  const facts = {
    devices,
    devicesAsked: rotation,
    rounds,
    seconds,
    connections,
    node: execFileSync(node, ["--version"]).toString().trim(),
    cores: cpus().length,
    answers: "equal, every field, checked before each measurement",
  };
  if (process.argv.includes("--json")) {
    const byRound = Object.fromEntries(figures) as Record<VariantName, unknown>;
    printFigures({ ...facts, aims, byRound }, rows);
    return;
  }
  printFigures(facts, rows);
  for (const { aim, ratio, isMet } of aims) {
    process.stdout.write(`${isMet ? "met   " : "missed"}  ${aim}; it is ${ratio}\n`);
  }
  for (const [name, all] of figures) {
    const spread = all.map(({ nodeCpuMs }) => nodeCpuMs.toFixed(3)).join(" ");
    process.stdout.write(`${name}: Node CPU by round ${spread}\n`);
  }
}

await main();
