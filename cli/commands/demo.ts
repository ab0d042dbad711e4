import { Command, InvalidArgumentError } from "commander";
import { DEVELOPMENT_TENANT } from "../development-token.ts";
import { readTenant } from "../option-values.ts";
import { count, note, print, printJson } from "../output.ts";
import { Progress } from "../progress.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Loads a demo factory into an empty tenant, straight into the databases: a maker of heating and
cooling devices with lots, pallets, reworks, corrections, owners, and known faults. The same
seed and number give the same devices.

Examples:
  tracegraph demo --devices 1000000 --tenant million
  tracegraph demo --devices 20000 --seed autumn --tenant try --json`;

const MOST_DEVICES = 100_000_000;

interface DemoOptions {
  devices: number;
  seed?: string;
  tenant: string;
  progress?: boolean;
  json?: boolean;
}

export function demoCommand(): Command {
  return new Command("demo")
    .description(DESCRIPTION)
    .requiredOption("--devices <number>", "how many devices", readDevices)
    .option("--seed <text>", "another factory for each text")
    .option("--tenant <tenant>", "an empty tenant", readTenant, DEVELOPMENT_TENANT)
    .option("--progress", "draw progress even where standard error is no terminal")
    .option("--json", "print JSON")
    .action(demo);
}

async function demo({ progress, json, ...options }: DemoOptions): Promise<void> {
  const { loadDemoFactory } = await import("../../start/administration.ts");
  const bar = Progress.forTerminal(progress);
  const load = () =>
    loadDemoFactory({
      environment: process.env,
      notice: note,
      ...options,
      onProgress: (done, all) => {
        bar.rows = done;
        bar.update(done / all);
      },
    });
  const summary = await withoutGateway(load).finally(() => bar.end());
  if (json) return printJson(summary);
  const { examples } = summary;
  print(
    [
      `tenant ${summary.tenant}, seed ${summary.seed}: ${count(summary.devices)} devices with ${count(summary.revisions)} revisions,`,
      `${count(summary.provisioned)} provisioned, ${count(summary.owners)} owners, in ${summary.seconds} s (${count(summary.rowsPerSecond)} rows/s)`,
      `begin with  tracegraph device ${examples.connhexId ?? examples.serialNumber} --tenant ${summary.tenant}`,
    ].join("\n"),
  );
}

function readDevices(text: string): number {
  const devices = Number(text.replaceAll("_", ""));
  if (Number.isInteger(devices) && devices >= 1 && devices <= MOST_DEVICES) return devices;
  throw new InvalidArgumentError(`Give a number from 1 to ${count(MOST_DEVICES)}.`);
}
