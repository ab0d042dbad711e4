import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../cli/command-line.ts";
import type { RunningSystem } from "../support/running-system.ts";
import { asked } from "./recall-at-work.ts";

const LOT = `query Lot($lot: String!, $first: Int, $after: String) {
  productionGroup(field: "lotCode", value: $lot) {
    deviceCount
    devices(first: $first, after: $after) { totalCount nodes { serialNumber } pageInfo { hasNextPage endCursor } }
  }
}`;
/** Ten seconds' worth of a rate may be asked at once. */
const SLOW = { requestsPerMinute: 30, burst: 5 };

/** What the client's own tests need to know of a running demo, as JSON for TRACEGRAPH_TEST. */
export async function clientWorld(system: RunningSystem, serialNumber: string): Promise<string> {
  const found = `query($s: String!) { device(serialNumber: $s) { lot { value deviceCount } } }`;
  const { device } = await asked(system, found, { s: serialNumber });
  const environment = {
    TRACEGRAPH_URL: system.url,
    TRACEGRAPH_TOKEN: await system.token(["admin"]),
  };
  const run = async (words: readonly string[]): Promise<string> => {
    const { exit, stdout, stderr } = await runCommand(words, { environment });
    if (exit !== 0) throw new Error(`${words.join(" ")}: ${stderr}`);
    return stdout.trim();
  };
  const app = ["--kind", "app", "--role", "analyst"];
  const rate = ["--requests-per-minute", String(SLOW.requestsPerMinute)];
  await run(["client", "add", "notebooks", ...app]);
  await run(["client", "add", "slow-notebooks", ...app, ...rate]);
  const documentId = "notebooks-lot";
  const manifest = join(system.dataFolder, "persisted-documents.json");
  await writeFile(manifest, JSON.stringify({ [documentId]: LOT }));
  await run(["documents", "publish", "--client", "notebooks", "--version", "1", manifest]);
  return JSON.stringify({
    ...{ url: system.url, serialNumber, lot: device.lot, documentId },
    tokens: {
      analyst: await system.token(["analyst"]),
      admin: environment.TRACEGRAPH_TOKEN,
    },
    key: await run(["client", "key", "add", "notebooks"]),
    slowKey: await run(["client", "key", "add", "slow-notebooks"]),
    slowBurst: SLOW.burst,
  });
}
