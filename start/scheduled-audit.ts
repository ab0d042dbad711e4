import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { Gauge, register } from "prom-client";
import { log } from "../shared/log.ts";
import { readAuditSettings } from "./config.ts";
import type { ServiceName } from "./databases.ts";
import { KeptProcess } from "./kept-process.ts";
import type { AuditReport } from "./run-audit.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** Audits that go on beside a running system. */
export interface ScheduledAudit {
  close(): Promise<void>;
}

/**
 * Starts a process that audits every AUDIT_EVERY, where that is set: one of its own, so that nobody
 * who asks something waits for it. It ends when this one does, also where this one is killed; where it
 * ends by itself another takes its place.
 */
export function scheduleAudit(
  environment: Environment,
  service: ServiceName | null = null,
): ScheduledAudit {
  const { every } = readAuditSettings(environment);
  if (every === null) return { close: async () => undefined };
  const words = ["audit", "--every", every, "--until-input-ends"];
  const kept = new KeptProcess(
    () =>
      spawn(process.execPath, [MAIN, ...words, ...(service ? ["--service", service] : [])], {
        stdio: ["pipe", "pipe", "inherit"],
        env: { ...environment, NODE_OPTIONS: "" },
      }),
    { onLine: read, name: "audits-ended" },
  );
  return { close: () => kept.close() };
}

/** False where the line is no report. */
function read(line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    tell(JSON.parse(line) as AuditReport);
    return true;
  } catch (error) {
    log("WARN", "audit-report-unreadable", { reason: String(error) });
    return false;
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
