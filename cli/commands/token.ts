import { Command, InvalidArgumentError, Option } from "commander";
import type { Role } from "../../shared/caller.ts";
import { CliError } from "../cli-error.ts";
import { DEVELOPMENT_TENANT, openIssuer } from "../development-token.ts";
import { listOption, readTenant, roleOption } from "../option-values.ts";
import { print, printJson } from "../output.ts";

const DESCRIPTION = `Prints a token of the development issuer, whose key lies in the data folder (DATA_DIR, default
./data). It does not exist where a real issuer is configured (OIDC_ISSUER).

Examples:
  tracegraph token --role support
  tracegraph token --role line --role engineering --lifetime 8h
  export TRACEGRAPH_TOKEN=$(tracegraph token --role engineering)`;
const LONGEST_SECONDS = 30 * 86_400;

interface TokenOptions {
  role: Role[];
  subject?: string;
  tenant: string[];
  lifetime: number;
  json?: boolean;
}

export function tokenCommand(): Command {
  return new Command("token")
    .description(DESCRIPTION)
    .addOption(roleOption("what it may do"))
    .option("--subject <subject>", "whose token it is (default dev:<roles>)", readSubject)
    .addOption(
      listOption("--tenant <tenant>", "where it acts; may be given several times")
        .argParser((word: string, tenants: string[]) => [...tenants, readTenant(word)])
        .default([], DEVELOPMENT_TENANT),
    )
    .addOption(
      new Option("--lifetime <time>", "how long it holds: 90s, 15m, 1h, 7d")
        .argParser(readSeconds)
        .default(3_600, "1h"),
    )
    .option("--json", "print JSON")
    .action(printToken);
}

async function printToken(options: TokenOptions): Promise<void> {
  const { role: roles, lifetime, json } = options;
  if (roles.length === 0) throw new CliError("USAGE", "give at least one --role");
  if (process.env.OIDC_ISSUER) {
    throw new CliError("USAGE", "there is no development issuer where OIDC_ISSUER is set", {
      advice: "Get a token from that issuer.",
    });
  }
  const tenants = options.tenant.length > 0 ? options.tenant : [DEVELOPMENT_TENANT];
  const subject = options.subject ?? `dev:${roles.join("+")}`;
  const issuer = await openIssuer();
  const token = await issuer.sign({ subject, roles, tenants, lifetimeSeconds: lifetime });
  if (!json) return print(token);
  const expiresAt = new Date(Date.now() + lifetime * 1_000).toISOString();
  printJson({ token, subject, roles, tenants, expiresAt });
}

/** The gateway knows no other subjects; `service:` belongs to services. */
function readSubject(word: string): string {
  if (/^[\x21-\x7e]{1,256}$/.test(word) && !word.startsWith("service:")) return word;
  throw new InvalidArgumentError("A subject has 1 to 256 visible ASCII characters.");
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** `90s`, `15m`, `1h`, `7d` as seconds. */
function readSeconds(text: string): number {
  const [, amount, unit] = /^(\d{1,7})([smhd])$/.exec(text) ?? [];
  const seconds = unit === undefined ? 0 : Number(amount) * SECONDS[unit as keyof typeof SECONDS];
  if (seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new InvalidArgumentError("Give a time like 90s, 15m, 1h or 7d, at most 30d.");
}
