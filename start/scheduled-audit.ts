import { spawn } from "node:child_process";
import { setPriority } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Gauge, register } from "prom-client";
import { log } from "../shared/log.ts";
import { readAuditSettings } from "./config.ts";
import type { ServiceName } from "./databases.ts";
import type { AuditReport } from "./run-audit.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Below those that answer requests. */
const PRIORITY = 10;
const STOP_MS = 5_000;
const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** Audits that go on beside a running system. */
export interface ScheduledAudit {
  close(): Promise<void>;
}

/**
 * Starts a process that audits every AUDIT_EVERY, where that is set: one of its own, so that nobody
 * who asks something waits for it. It ends when this one does, also where this one is killed.
 */
export function scheduleAudit(
  environment: Environment,
  service: ServiceName | null = null,
): ScheduledAudit {
  const { every } = readAuditSettings(environment);
  if (every === null) return { close: async () => undefined };
  const words = ["audit", "--every", every, "--until-input-ends"];
  const child = spawn(
    process.execPath,
    [MAIN, ...words, ...(service ? ["--service", service] : [])],
    { stdio: ["pipe", "pipe", "inherit"], env: { ...environment, NODE_OPTIONS: "" } },
  );
  child.stdin.on("error", () => undefined);
  if (child.pid !== undefined) lower(child.pid);
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) tell(JSON.parse(line) as AuditReport);
  });
  let isStopping = false;
  const ended = new Promise<void>((resolve) => {
    child.once("error", (error) => log("ERROR", "audits-ended", { reason: error.message }));
    child.once("close", (code) => {
      if (!isStopping) log("ERROR", "audits-ended", { code });
      resolve();
    });
  });
  return {
    async close() {
      isStopping = true;
      child.stdin.end();
      const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      await ended;
      clearTimeout(late);
    },
  };
}

function lower(pid: number): void {
  try {
    setPriority(pid, PRIORITY);
  } catch {
    // It has ended already, which is told elsewhere.
  }
}

/** Lets the metrics tell what the last audit found, and when it was. */
function tell({ services }: AuditReport): void {
  for (const { service, deviations } of services) {
    const found = Object.values(deviations).reduce((sum, count) => sum + count, 0);
    gauge("tracegraph_audit_deviations", "What the last audit found, by service").set(
      { service },
      found,
    );
    gauge("tracegraph_audit_ended_seconds", "When the last audit ended, by service").set(
      { service },
      Date.now() / 1_000,
    );
  }
}

function gauge(name: string, help: string): Gauge<"service"> {
  const known = register.getSingleMetric(name) as Gauge<"service"> | undefined;
  return known ?? new Gauge({ name, help, labelNames: ["service"] });
}
