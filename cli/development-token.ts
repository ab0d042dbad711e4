import { existsSync } from "node:fs";
import { join } from "node:path";
import type { DevelopmentIssuer } from "../gateway/identity/development-issuer.ts";
import type { Role } from "../shared/caller.ts";
import { CliError } from "./cli-error.ts";

export const DEVELOPMENT_TENANT = "demo";
const KEY_FILE = "development-issuer.json";
/** As long as the longest import may take. */
const LIFETIME_SECONDS = 43_200;

/** The data folder of the one-process mode. */
export function dataFolder(): string {
  return process.env.DATA_DIR || "./data";
}

/** A token of the development issuer; null where this data folder has none. */
export async function developmentToken(
  roles: readonly Role[],
  tenant: string = DEVELOPMENT_TENANT,
): Promise<string | null> {
  if (process.env.OIDC_ISSUER || !existsSync(join(dataFolder(), KEY_FILE))) return null;
  const issuer = await openIssuer();
  const subject = `cli:${roles.join("+")}`;
  return issuer.sign({ subject, roles, tenants: [tenant], lifetimeSeconds: LIFETIME_SECONDS });
}

/** Opens the development issuer of the data folder; a new folder gets a new key. */
export async function openIssuer(): Promise<DevelopmentIssuer> {
  const { openDevelopmentIssuer } = await import("../gateway/identity/development-issuer.ts");
  try {
    return await openDevelopmentIssuer(dataFolder());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError("NOT_READABLE", reason, { advice: "Check DATA_DIR." });
  }
}
