import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readMetricsToken } from "../shared/metrics-access.ts";
import { readWitnesses, type WitnessPolicy } from "../shared/witnessing/witness-addresses.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the one-process mode needs beside its services' own configurations. */
export interface StartConfig {
  dataFolder: string;
  /** Whether a new data folder begins with the demo factory. */
  wantsDemo: boolean;
}

const WORKERS_MOST = 64;

/** How many processes answer requests on the one port; 1 is this process itself. */
export function readWorkers(env: Environment): number {
  const text = env.WORKERS || "1";
  const workers = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (workers < 1 || workers > WORKERS_MOST) {
    throw new Error(`WORKERS must be a number from 1 to ${WORKERS_MOST}, not ${text}`);
  }
  return workers;
}

export function readStartConfig(env: Environment): StartConfig {
  if (env.SEED && env.SEED !== "demo" && env.SEED !== "none") {
    throw new Error(`SEED must be demo or none, not ${env.SEED}`);
  }
  return { dataFolder: resolve(env.DATA_DIR || "data"), wantsDemo: env.SEED !== "none" };
}

/** How the logs are named, and where the keys are that sign them. */
export interface LedgerSettings {
  /** What the logs' names begin with; null: as their keys say. */
  name: string | null;
  /** The key of one service's log, where it runs alone. */
  keyFile: string | null;
  /** Those of all, where they run in one process. */
  keysFolder: string | null;
}

export function readLedgerSettings(env: Environment): LedgerSettings {
  const name = env.LEDGER_NAME || "";
  if (name !== "" && !/^[^\s+/]+(?:\/[^\s+/]+)*$/u.test(name)) {
    throw new Error(`LEDGER_NAME must be like trace.example, not ${name}`);
  }
  return {
    name: name || null,
    keyFile: env.LEDGER_KEY_FILE || null,
    keysFolder: env.LEDGER_KEYS_DIR || null,
  };
}

/** Who cosigns what the logs say. */
export interface WitnessSettings {
  /** Those that are named. */
  policy: WitnessPolicy | null;
  /** Whether a system that brings its own database brings witnesses too: unless any are named. */
  usesOwn: boolean;
}

export function readWitnessSettings(env: Environment): WitnessSettings {
  if (env.WITNESSES === "none") return { policy: null, usesOwn: false };
  const named = env.WITNESSES || linesOf(env.WITNESSES_FILE);
  const policy = readWitnesses(named, env.WITNESS_QUORUM);
  return { policy, usesOwn: policy === null };
}

/** A file of witnesses has a line for each. */
function linesOf(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, "utf8").replaceAll("\n", ",");
  } catch (error) {
    throw new Error(`WITNESSES_FILE: cannot read ${path} (${(error as { code?: string }).code})`);
  }
}

/** When a running system audits itself, and who is told. */
export interface AuditSettings {
  /** As `tracegraph audit --every` reads it; null: it does not. */
  every: string | null;
  /** Is run where an audit finds what those before it have not. */
  alertCommand: string | null;
  /** Names of variables that it gets beside those that every program has. */
  alertVariables: readonly string[];
}

export function readAuditSettings(env: Environment): AuditSettings {
  const every = env.AUDIT_EVERY || null;
  if (every !== null && !/^[1-9][0-9]{0,5}[smhd]$/.test(every)) {
    throw new Error(`AUDIT_EVERY must be a time like 30m, 6h or 1d, not ${every}`);
  }
  const alertVariables = (env.AUDIT_ALERT_VARIABLES || "").split(",").map((name) => name.trim());
  if (env.AUDIT_ALERT_VARIABLES && !alertVariables.every((name) => /^\w+$/.test(name))) {
    const names = env.AUDIT_ALERT_VARIABLES;
    throw new Error(`AUDIT_ALERT_VARIABLES must be names of variables, not ${names}`);
  }
  return { every, alertCommand: env.AUDIT_ALERT_COMMAND || null, alertVariables };
}

/** Whether the standard variables ask for traces. OpenTelemetry reads the others, and these, itself. */
export function wantsTraces(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return false;
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT && !env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) return false;
  if (env.OTEL_TRACES_EXPORTER && env.OTEL_TRACES_EXPORTER !== "otlp") return false;
  for (const name of ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"]) {
    const url = env[name];
    if (url && !isHttpUrl(url)) throw new Error(`${name} must be an http or https URL, not ${url}`);
  }
  for (const name of ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"]) {
    const protocol = env[name];
    if (protocol && protocol !== "http/json") {
      throw new Error(`${name} must be http/json, as which traces are sent, not ${protocol}`);
    }
  }
  return true;
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** How a subgraph in a process of its own is reached, and reaches the other one. */
export interface SplitConfig {
  host: string;
  port: number;
  peerUrl: string;
  keysFolder: string;
  metricsToken: string | null;
}

/** Reads a lone subgraph's surroundings. Fails naming the variable. */
export function readSplitConfig(env: Environment, peerVariable: string): SplitConfig {
  const needed = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`${name} must be set where a subgraph runs on its own`);
    return value;
  };
  const port = Number(env.PORT || "0");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT must be a number from 0 to 65535, not ${env.PORT}`);
  }
  const peerUrl = needed(peerVariable);
  if (!isHttpUrl(peerUrl)) {
    throw new Error(`${peerVariable} must be an http or https URL`);
  }
  return {
    host: env.HOST || "127.0.0.1",
    port,
    peerUrl,
    keysFolder: needed("SERVICE_KEYS_DIR"),
    metricsToken: readMetricsToken(env.METRICS_TOKEN),
  };
}

/** The tables' owner of a service's database where it is not the embedded one, and the application. */
export function readDatabaseUrls(
  env: Environment,
  service: string,
): { appUrl: string; ownerUrl: string } | null {
  const prefix = service.toUpperCase();
  const appUrl = env[`${prefix}_DATABASE_URL`];
  return appUrl ? { appUrl, ownerUrl: env[`${prefix}_OWNER_DATABASE_URL`] || appUrl } : null;
}
