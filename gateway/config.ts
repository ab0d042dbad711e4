import { tmpdir } from "node:os";
import { join } from "node:path";
import { configuredSecret, readKeyText } from "../shared/configured-key.ts";
import type { LedgerConfig } from "../shared/ledger-store/ledger.ts";
import { readMetricsToken } from "../shared/metrics-access.ts";
import type { SpoolOptions } from "./exports/spool.ts";
import { readNetwork } from "./webhooks/address-guard.ts";
import type { WebhookConfig } from "./webhooks/open-webhooks.ts";

/** Whose tokens are believed. */
export type IssuerConfig =
  | { kind: "oidc"; issuer: string; audience: string; jwksUrl: string }
  | { kind: "development"; dataFolder: string };

/** Where the subgraphs are, when they are other processes. */
export interface RemoteConfig {
  manufacturingUrl: string;
  ownershipUrl: string;
  keysFolder: string;
}

/** What the gateway needs to run, beside its database. */
export interface GatewaySettings {
  host: string;
  port: number;
  issuer: IssuerConfig;
  /** null: the subgraphs run in this process. */
  remote: RemoteConfig | null;
  /** Proxies of ours that stand before the gateway, each of which adds to X-Forwarded-For. */
  proxies?: number;
  /** Who sends it reads the metrics; without it whoever asks on this machine. */
  metricsToken?: string | null;
  /** Whether anybody gets the page of GraphiQL. */
  servesGraphiql?: boolean;
  /** Where exports are written, and how much of them is kept for how long. */
  exports?: SpoolOptions;
  /** null: there is no key to keep their secrets with, so there are none. */
  webhooks?: WebhookConfig | null;
}

export interface GatewayConfig extends GatewaySettings {
  /** A login that is, or may become, gateway_app and gateway_door. */
  databaseUrl: string;
  /** What the gateway's own log is signed with; without it entries are written, and wait. */
  ledger?: LedgerConfig;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the configuration of a gateway on its own. Fails naming the variable. */
export function readGatewayConfig(env: Environment): GatewayConfig {
  return { ...readGatewaySettings(env), databaseUrl: readDatabaseUrl(env) };
}

/** Reads what does not depend on where the databases are. Fails naming the variable. */
export function readGatewaySettings(env: Environment): GatewaySettings {
  return {
    host: env.HOST || "127.0.0.1",
    port: readPort(env),
    issuer: readIssuer(env),
    remote: readRemote(env),
    proxies: readProxies(env),
    metricsToken: readMetricsToken(env.METRICS_TOKEN),
    servesGraphiql: readGraphiql(env),
    exports: readExports(env),
    webhooks: readWebhooks(env),
  };
}

/** The development issuer signs for anybody, so it must not exist beside a real one. */
export function assertNoRealIssuer(env: Environment): void {
  if (!env.OIDC_ISSUER) return;
  throw new Error(
    "the development issuer does not exist where OIDC_ISSUER is set: get a token from that issuer",
  );
}

function readPort(env: Environment): number {
  const text = env.PORT || "4000";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`PORT must be a number from 0 to 65535, not ${text}`);
  return port;
}

function readProxies(env: Environment): number {
  const text = env.PROXIES || "0";
  if (!/^\d$/.test(text)) throw new Error(`PROXIES must be a number from 0 to 9, not ${text}`);
  return Number(text);
}

/** Exports of a gateway that is told nothing of them. */
export const DEFAULT_SPOOL: SpoolOptions = { folder: join(tmpdir(), "tracegraph-exports") };

function readExports(env: Environment): SpoolOptions {
  return {
    folder: env.EXPORTS_DIR || join(env.DATA_DIR || "./data", "exports"),
    ...figureOf(env, "EXPORTS_MEGABYTES", (figure) => ({ bytesMost: figure * 1024 * 1024 })),
    ...figureOf(env, "EXPORTS_KEPT_MINUTES", (figure) => ({ keptMs: figure * 60_000 })),
  };
}

function figureOf<Read>(env: Environment, name: string, read: (figure: number) => Read) {
  const text = env[name];
  if (!text) return {};
  if (/^[1-9]\d{0,8}$/.test(text)) return read(Number(text));
  throw new Error(`${name} must be a number from 1, not ${text}`);
}

function readWebhooks(env: Environment): WebhookConfig | null {
  const name = "GATEWAY_ENCRYPTION_KEY";
  const text = configuredSecret(env, name, "GATEWAY_ENCRYPTION_KEY_FILE");
  const allowed = (env.WEBHOOK_ALLOWED_ADDRESSES ?? "").split(",").map((word) => word.trim());
  const allowedAddresses = allowed.filter((word) => word !== "");
  const wrong = allowedAddresses.find((word) => readNetwork(word) === null);
  if (wrong !== undefined) {
    const rule = "must be addresses and networks like 10.1.0.0/16, with commas between";
    throw new Error(`WEBHOOK_ALLOWED_ADDRESSES ${rule}, not ${wrong}`);
  }
  return text === "" ? null : { encryptionKey: readKeyText(name, text), allowedAddresses };
}

/** Megabytes for whoever asks: for developers, unless somebody wants it elsewhere. */
function readGraphiql(env: Environment): boolean {
  const text = env.GRAPHIQL || (env.OIDC_ISSUER ? "off" : "on");
  if (text !== "on" && text !== "off") throw new Error(`GRAPHIQL must be on or off, not ${text}`);
  return text === "on";
}

function readIssuer(env: Environment): IssuerConfig {
  const issuer = env.OIDC_ISSUER;
  if (!issuer) {
    for (const name of ["OIDC_AUDIENCE", "OIDC_JWKS_URL"]) {
      if (env[name]) throw new Error(`${name} is set, but OIDC_ISSUER is not`);
    }
    return { kind: "development", dataFolder: env.DATA_DIR || "./data" };
  }
  readUrl(env, "OIDC_ISSUER");
  const audience = env.OIDC_AUDIENCE;
  if (!audience) throw new Error("OIDC_AUDIENCE must be set where OIDC_ISSUER is");
  const jwksUrl = env.OIDC_JWKS_URL
    ? readUrl(env, "OIDC_JWKS_URL")
    : `${issuer.replace(/\/$/, "")}/.well-known/jwks.json`;
  return { kind: "oidc", issuer, audience, jwksUrl };
}

function readRemote(env: Environment): RemoteConfig | null {
  if (!env.MANUFACTURING_URL && !env.OWNERSHIP_URL) return null;
  const keysFolder = env.SERVICE_KEYS_DIR;
  if (!keysFolder) throw new Error("SERVICE_KEYS_DIR must be set where the subgraphs are remote");
  return {
    manufacturingUrl: readUrl(env, "MANUFACTURING_URL"),
    ownershipUrl: readUrl(env, "OWNERSHIP_URL"),
    keysFolder,
  };
}

function readDatabaseUrl(env: Environment): string {
  const databaseUrl = env.GATEWAY_DATABASE_URL;
  if (!databaseUrl) throw new Error("GATEWAY_DATABASE_URL is not set: give a postgres:// URL");
  if (!/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new Error("GATEWAY_DATABASE_URL must begin with postgres://");
  }
  return databaseUrl;
}

function readUrl(env: Environment, name: string): string {
  const text = env[name] ?? "";
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "http:" && url?.protocol !== "https:") {
    throw new Error(`${name} must be an http or https URL, not ${text || "empty"}`);
  }
  return text;
}
