import { Command } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { keepSecret } from "../key-file.ts";
import { readHours, readTime } from "../option-values.ts";
import { note, print, printable, printJson } from "../output.ts";

const DESCRIPTION = `Adds, rotates and revokes the keys with which a client comes in (role admin). A key is printed
once, alone on standard output, or into a file that only you can read (--out); nobody can read it
again. At most two keys of a client are valid at once.

Examples:
  tracegraph client key add acme --out acme.key
  tracegraph client key add acme --expires 2027-01-01T00:00:00Z
  tracegraph client key rotate acme                    the present key ends in 24 hours
  tracegraph client key revoke 4f1d2c3b4a596877 --reason "stood in a mail"`;

interface AddOptions extends ConnectionOptions {
  expires?: string;
  out?: string;
}
interface RotateOptions extends AddOptions {
  overlapHours: number;
}
interface RevokeOptions extends ConnectionOptions {
  reason: string;
}
interface MadeKey {
  text: string;
  key: { keyId: string; last4: string; expiresAt: string | null };
}

export function clientKeyCommand(): Command {
  return new Command("key")
    .summary("adds, rotates and revokes keys")
    .description(DESCRIPTION)
    .addCommand(addCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function addCommand(): Command {
  const command = new Command("add")
    .summary("gives a client a key")
    .description(
      "Gives a client a key.\n\nExample:\n  tracegraph client key add acme --out acme.key",
    )
    .argument("<client>")
    .option("--expires <time>", "when it ends by itself (RFC 3339); never if not given", readTime)
    .option("--out <file>", OUT);
  return withConnection(command).action(add);
}

function rotateCommand(): Command {
  const command = new Command("rotate")
    .summary("gives a client a new key; the present one ends after the overlap")
    .description(
      "Gives a client a new key; its present one ends after the overlap.\n\nExample:\n  tracegraph client key rotate acme --overlap-hours 72",
    )
    .argument("<client>")
    .option("--overlap-hours <hours>", "how long both are valid: 0 to 720", readHours, 24)
    .option("--expires <time>", "when the new key ends by itself (RFC 3339)", readTime)
    .option("--out <file>", OUT);
  return withConnection(command).action(rotate);
}

function revokeCommand(): Command {
  const command = new Command("revoke")
    .summary("ends a key at once, on every gateway within 10 s")
    .description(
      'Ends a key at once, on every gateway within 10 s.\n\nExample:\n  tracegraph client key revoke 4f1d2c3b4a596877 --reason "stood in a mail"',
    )
    .argument("<key-id>", "as `client list <name>` shows it")
    .requiredOption("--reason <text>", "why");
  return withConnection(command).action(revoke);
}

const OUT = "a new file for the key, which only you can read";
const MADE = "text key { keyId last4 createdAt createdBy expiresAt }";

async function add(client: string, options: AddOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const query = `mutation AddClientKey($client: String!, $expiresAt: DateTime) {
    addClientKey(client: $client, expiresAt: $expiresAt) { ${MADE} }
  }`;
  const variables = { client, expiresAt: options.expires ?? null };
  await tellKey(options, async () => {
    const { addClientKey } = await gateway.ask<{ addClientKey: MadeKey }>(query, variables);
    return addClientKey;
  });
}

async function rotate(client: string, options: RotateOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const query = `mutation RotateClientKey(
    $client: String!, $overlapHours: Int!, $expiresAt: DateTime
  ) {
    rotateClientKey(client: $client, overlapHours: $overlapHours, expiresAt: $expiresAt) { ${MADE} }
  }`;
  const { overlapHours, expires: expiresAt = null } = options;
  const variables = { client, overlapHours, expiresAt };
  await tellKey(options, async () => {
    const { rotateClientKey } = await gateway.ask<{ rotateClientKey: MadeKey }>(query, variables);
    return rotateClientKey;
  });
}

async function revoke(keyId: string, options: RevokeOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const query = `mutation RevokeClientKey($keyId: ID!, $reason: String!) {
    revokeClientKey(keyId: $keyId, reason: $reason) { keyId last4 revokedAt }
  }`;
  const variables = { keyId, reason: options.reason };
  const { revokeClientKey } = await gateway.ask<{ revokeClientKey: object }>(query, variables);
  if (options.json) printJson(revokeClientKey);
  else print(`${keyId} is revoked, on every gateway within 10 s`);
}

/** Tells a key that is made once: in a file of its own, or on standard output. */
async function tellKey({ json, out }: AddOptions, make: () => Promise<MadeKey>): Promise<void> {
  const { text, key } = await (out === undefined ? make() : keepSecret(out, make));
  if (json) {
    printJson(out === undefined ? { text, key } : { file: out, key });
    return;
  }
  if (out === undefined) print(text);
  const end = key.expiresAt === null ? "does not end by itself" : `ends at ${key.expiresAt}`;
  const kept =
    out === undefined ? "shown once: keep it now" : `in ${printable(out)} and nowhere else`;
  note(`key ${key.keyId}, ${kept}; it ${end}`);
}
