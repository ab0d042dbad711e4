import type { GatewayOptions } from "../gateway/server.ts";
import { log } from "../shared/log.ts";
import { metricsText, nameProcess, processMetrics } from "../shared/metrics.ts";
import { startTracing } from "../shared/tracing.ts";
import { readStartConfig, readWitnessSettings, readWorkers, wantsTraces } from "./config.ts";
import { openSecrets, ownershipConfigOf } from "./data-folder-secrets.ts";
import { openDatabases } from "./databases.ts";
import { openLogKeys } from "./ledger-keys.ts";
import { serveSystem } from "./serve.ts";
import { serveLoneGateway } from "./split.ts";
import { type FromWorker, type ToWorker, Waiting } from "./worker-messages.ts";

/** Longer than the primary process waits for its workers. */
const SCRAPE_MS = 3_000;

/** One of the processes that WORKERS asks for. Its parent prepares what it needs, and replaces it. */
async function main(): Promise<void> {
  const [work, slot = ""] = process.argv.slice(2);
  // The terminal's Ctrl-C comes to the whole group; the primary process says when to end.
  process.on("SIGINT", () => undefined);
  process.on("unhandledRejection", (error) => {
    log("ERROR", "unhandled-rejection", { stack: error instanceof Error ? error.stack : "" });
  });
  const stopTracing = await startTracing(`tracegraph-${work}`, wantsTraces(process.env));
  nameProcess(slot);
  const scrapes = new Waiting<string>();
  const metrics = async () => {
    const text = await scrapes.ask((id) => tell({ kind: "scrape", id }), SCRAPE_MS);
    return text ?? metricsText();
  };
  const options = { metrics, share: 1 / readWorkers(process.env) };
  const started = work === "system" ? startSystem(options) : serveLoneGateway(process.env, options);
  const running = await started.catch(failed);
  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    await running.close();
    await stopTracing();
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.on("message", (message: ToWorker) => {
    if (message.kind === "stop") void stop();
    if (message.kind === "scraped") scrapes.answer(message.id, message.text);
    if (message.kind === "collect") void tellMetrics(message.id);
  });
  tell({ kind: "listening", url: running.url, port: running.port });
}

/** A worker that is stopping has lost nobody when the primary process is already gone. */
function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

async function tellMetrics(id: number): Promise<void> {
  tell({ kind: "metrics", id, metrics: await processMetrics() });
}

async function startSystem(options: Pick<GatewayOptions, "metrics" | "share">) {
  const environment = process.env;
  const { dataFolder } = readStartConfig(environment);
  const databases = await openDatabases({
    environment,
    dataFolder,
    databasePassword: () => Promise.reject(new Error("a worker starts no database")),
    notice: () => undefined,
  });
  const secrets = await openSecrets(dataFolder);
  const ownership = ownershipConfigOf(environment, secrets, databases.ownership.appUrl);
  const logKeys = await openLogKeys(environment, dataFolder);
  const { gateway, close } = await serveSystem({
    ...{ environment, databases, ownership, logKeys },
    witnesses: readWitnessSettings(environment).policy,
    ...options,
  });
  return { ...gateway, close };
}

/** The primary process tells the person what is wrong. */
function failed(error: unknown): never {
  const { message } = error instanceof Error ? error : { message: String(error) };
  const { code, address, port } = error as Record<string, unknown>;
  tell({ kind: "failed", message, facts: { code, address, port } });
  process.disconnect();
  process.exit(1);
}

await main();
