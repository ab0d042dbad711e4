import { Argument, Command } from "commander";
import { log } from "../../shared/log.ts";
import { EXIT } from "../exit-codes.ts";
import { note, print } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Starts the whole system in this process (WORKERS=n: in n of them): embedded PostgreSQL (or the
databases that the environment names), both subgraphs and the gateway on PORT (default 4000). An
empty data folder (DATA_DIR, default ./data) begins with the demo factory, unless SEED=none. With
a service's name it starts that one alone.

Examples:
  tracegraph start
  PORT=4100 DATA_DIR=/tmp/try SEED=none tracegraph start
  SERVICE_KEYS_DIR=keys MANUFACTURING_URL=http://10.0.0.2:4001/graphql … tracegraph start gateway`;

const SERVICES = ["manufacturing", "ownership", "gateway"] as const;
type Service = (typeof SERVICES)[number];

interface StartOptions {
  json?: boolean;
}

export function startCommand(): Command {
  return new Command("start")
    .description(DESCRIPTION)
    .addArgument(new Argument("[service]", "one service alone").choices(SERVICES))
    .option("--json", "print the URL as one line of JSON once it answers")
    .action(start);
}

/** Resolves when a signal has ended what was started. */
async function start(service: Service | undefined, options: StartOptions): Promise<void> {
  const stopping = stopSignal();
  // A promise that nobody waits for must not take all other requests down with it.
  process.on("unhandledRejection", (error) => {
    log("ERROR", "unhandled-rejection", { stack: error instanceof Error ? error.stack : "" });
  });
  const { startTracing } = await import("../../shared/tracing.ts");
  const { wantsTraces } = await import("../../start/config.ts");
  const running = await withoutGateway(async () => {
    const name = service ? `tracegraph-${service}` : "tracegraph";
    const stopTracing = await startTracing(name, wantsTraces(process.env));
    const started = await (service ? startService(service) : startAll(options));
    return { url: started.url, close: () => started.close().finally(stopTracing) };
  });
  if (options.json) print(JSON.stringify({ url: running.url }));
  else if (service) print(`${service} is ready on ${running.url}`);
  await stopping;
  await running.close();
  process.exitCode = EXIT.OK;
}

interface Running {
  url: string;
  close(): Promise<void>;
}

async function startAll({ json }: StartOptions): Promise<Running> {
  const { startSystem } = await import("../../start.ts");
  const { greeting } = await import("../../start/greeting.ts");
  const system = await startSystem({ environment: process.env, notice: note });
  if (!json) print(await greeting(system, !process.env.OIDC_ISSUER));
  return { url: system.gateway.url, close: system.close };
}

async function startService(service: Service): Promise<Running> {
  const { startLoneGateway, startLoneSubgraph } = await import("../../start/split.ts");
  const { scheduleAudit } = await import("../../start/scheduled-audit.ts");
  const { url, close } = await (service === "gateway"
    ? startLoneGateway(process.env)
    : startLoneSubgraph(service, process.env));
  const audits = scheduleAudit(process.env, service);
  return { url, close: () => audits.close().then(close) };
}

/** Resolves at the first Ctrl-C or SIGTERM; the second one does not wait for anything. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const stop = () => {
      process.once("SIGINT", () => process.exit(EXIT.INTERNAL));
      resolve();
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  });
}
