import type { Command } from "commander";
import type { Role } from "../shared/caller.ts";
import { CliError } from "./cli-error.ts";
import { developmentToken } from "./development-token.ts";
import { GatewayClient } from "./gateway-client.ts";
import { readTenant } from "./option-values.ts";

const DEFAULT_URL = "http://localhost:4000";
const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/** How a command reaches the gateway, and as whom. */
export interface ConnectionOptions {
  url?: string;
  token?: string;
  tenant?: string;
  json?: boolean;
}

/** A gateway that can be asked, and the tenant in which it will act. */
export interface Connection {
  gateway: GatewayClient;
  /** Where it is. */
  url: string;
  /** null where the token does not tell. */
  tenant: string | null;
}

/** Adds the options that every command has which asks the gateway. */
export function withConnection(command: Command): Command {
  return command
    .option("--url <url>", `the gateway (TRACEGRAPH_URL; ${DEFAULT_URL} if neither is given)`)
    .option("--token <token>", "a bearer token (TRACEGRAPH_TOKEN)")
    .option("--tenant <tenant>", "act in this tenant, where the token has several", readTenant)
    .option("--json", "print JSON");
}

/**
 * Connects as the holder of the given token. Without one, a gateway on this machine is asked with
 * a development token for `roles`, where the data folder holds a development issuer's key.
 */
export async function connect(
  options: ConnectionOptions,
  roles: readonly Role[],
  { answerMs }: { answerMs?: number } = {},
): Promise<Connection> {
  const url = gatewayUrl(options.url);
  const token =
    options.token ||
    process.env.TRACEGRAPH_TOKEN ||
    (LOOPBACK_HOSTS.includes(url.hostname) && (await developmentToken(roles, options.tenant)));
  if (!token) throw new CliError("NO_TOKEN", `no token for ${url.origin}`);
  const asked = options.tenant ?? null;
  const waits = answerMs === undefined ? {} : { answerMs };
  const gateway = new GatewayClient(url.href, { token, tenant: asked, roles, ...waits });
  return { gateway, url: url.href, tenant: asked ?? firstTenantOf(token) };
}

function gatewayUrl(option: string | undefined): URL {
  const text = option || process.env.TRACEGRAPH_URL || DEFAULT_URL;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && ["http:", "https:"].includes(url.protocol) && !url.username) return url;
  throw new CliError("USAGE", `--url must be an http or https address, not ${text}`);
}

/** The gateway acts in a token's first tenant. Read here, not verified: the gateway decides. */
function firstTenantOf(token: string): string | null {
  try {
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    const { tenants } = JSON.parse(payload) as { tenants?: unknown };
    return Array.isArray(tenants) && typeof tenants[0] === "string" ? tenants[0] : null;
  } catch {
    return null;
  }
}
