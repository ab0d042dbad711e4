import { monitorEventLoopDelay } from "node:perf_hooks";
import { setLogWriter } from "../../shared/log.ts";
import { openSecrets, ownershipConfigOf } from "../../start/data-folder-secrets.ts";
import { openDatabases } from "../../start/databases.ts";
import { openLogKeys } from "../../start/ledger-keys.ts";
import { serveSystem } from "../../start/serve.ts";

/** The gateway and both subgraphs in a process of their own, so that one export alone is measured. */
async function main(): Promise<void> {
  setLogWriter(() => undefined);
  const environment = process.env;
  const databases = await openDatabases({
    ...{ environment, dataFolder: environment.DATA_DIR ?? "" },
    databasePassword: () => Promise.reject(new Error("this process starts no database")),
    notice: () => undefined,
  });
  const secrets = await openSecrets(environment.DATA_DIR ?? "");
  const logKeys = await openLogKeys(environment, environment.DATA_DIR ?? "");
  const ownership = ownershipConfigOf(environment, secrets, databases.ownership.appUrl);
  const { gateway } = await serveSystem({
    environment,
    databases,
    ownership,
    logKeys,
    witnesses: null,
  });
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let cpu = process.cpuUsage();
  process.on("message", (word) => {
    if (word === "begin") {
      delay.reset();
      delay.enable();
      cpu = process.cpuUsage();
      process.send?.({ idleMb: process.memoryUsage.rss() / 1024 / 1024 });
      return;
    }
    const { user, system } = process.cpuUsage(cpu);
    const peakMb = process.resourceUsage().maxRSS / 1024;
    const loopP99Ms = delay.percentile(99) / 1e6;
    process.send?.({ cpuMs: (user + system) / 1_000, peakMb, loopP99Ms });
  });
  process.send?.({ url: gateway.url });
}

await main();
