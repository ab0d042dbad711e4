import { Command, Option } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { readTime } from "../option-values.ts";
import { note, print, printJson, table } from "../output.ts";
import { readUtf8 } from "../read-text.ts";
import { readPayloadSigner } from "../signing/payload-signer.ts";

const DESCRIPTION = `Registers, lists and revokes the keys with which stations, scanners and partners sign what they
hand over. The gateway gets public keys only.

Examples:
  tracegraph signing-key list
  openssl genpkey -algorithm ed25519 -out station-7.key
  openssl pkey -in station-7.key -pubout -out station-7.pem
  tracegraph signing-key add station-7.pem --role station --name "Lyon, line 2, station 7"
  tracegraph signing-key sign record.json --key station-7.key
  tracegraph signing-key revoke <key-id> --from 2026-01-31T08:00:00Z --reason "stolen"`;

const ROLES = ["station", "scanner", "partner"];
const KEY = `keyId name role algorithm publicKey validFrom validTo state addedAt addedBy revokedFrom
  revokedAt revokedBy revocationReason`;

interface SigningKey {
  keyId: string;
  name: string;
  role: string;
  algorithm: string;
  state: string;
  validFrom: string;
  validTo: string | null;
  revokedFrom: string | null;
}
interface AddOptions extends ConnectionOptions {
  name: string;
  role: string;
  from?: string;
  to?: string;
}
interface RevokeOptions extends ConnectionOptions {
  reason: string;
  from?: string;
}

export function signingKeyCommand(): Command {
  return new Command("signing-key")
    .description(DESCRIPTION)
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(revokeCommand())
    .addCommand(signCommand());
}

function addCommand(): Command {
  const role = new Option("--role <role>", "what signs with it").choices(ROLES);
  const command = new Command("add")
    .summary("registers a public key")
    .description(
      'Registers a public key (role engineering).\n\nExample:\n  tracegraph signing-key add station-7.pem --role station --name "station 7"',
    )
    .argument("<file>", "PEM or JWK of a P-256 or Ed25519 key; - for standard input")
    .addOption(role.makeOptionMandatory())
    .requiredOption("--name <text>", "whose key it is")
    .option("--from <time>", "valid from then on (RFC 3339); now if not given", readTime)
    .option("--to <time>", "valid until then; without end if not given", readTime);
  return withConnection(command).action(add);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("lists all keys, those that may sign no more too")
    .description(
      "Lists all keys, those that may sign no more too.\n\nExample:\n  tracegraph signing-key list --json",
    );
  return withConnection(command).action(list);
}

function revokeCommand(): Command {
  const command = new Command("revoke")
    .summary("revokes a key from a time on")
    .description(
      'Revokes a key from a time on (role engineering). What was recorded with it since is flagged.\n\nExample:\n  tracegraph signing-key revoke <key-id> --from 2026-01-31T08:00:00Z --reason "stolen"',
    )
    .argument("<key-id>", "as `signing-key list` shows it")
    .requiredOption("--reason <text>", "why")
    .option("--from <time>", "from then on (RFC 3339); now if not given", readTime);
  return withConnection(command).action(revoke);
}

function signCommand(): Command {
  return new Command("sign")
    .summary("signs a payload and prints it with its signature")
    .description(
      "Signs the text of one DeviceRecordInput, as it stands in a file, and prints a row of\nrecordSignedDevices. It asks no gateway.\n\nExample:\n  tracegraph signing-key sign record.json --key station-7.key",
    )
    .argument("<file>", "the JSON text; - for standard input")
    .requiredOption("--key <file>", "the private key, PEM")
    .option("--json", "print JSON (as always)")
    .action(sign);
}

async function add(file: string, options: AddOptions): Promise<void> {
  const { name, role, from: validFrom = null, to: validTo = null } = options;
  const publicKey = await readUtf8(file);
  const { gateway } = await connect(options, ["engineering"]);
  const query = `mutation AddSigningKey($input: SigningKeyInput!) {
    addSigningKey(input: $input) { ${KEY} }
  }`;
  const input = { publicKey, name, role: role.toUpperCase(), validFrom, validTo };
  const { addSigningKey } = await gateway.ask<{ addSigningKey: SigningKey }>(query, { input });
  tell(addSigningKey, options, `its signatures name it as kid ${addSigningKey.keyId}`);
}

async function list(options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["support"]);
  const query = `query SigningKeys { signingKeys { ${KEY} } }`;
  const { signingKeys } = await gateway.ask<{ signingKeys: SigningKey[] }>(query, {});
  if (options.json) printJson(signingKeys);
  else if (signingKeys.length === 0) note("no signing keys are registered");
  else printKeys(signingKeys);
}

async function revoke(keyId: string, options: RevokeOptions): Promise<void> {
  const { gateway } = await connect(options, ["engineering"]);
  const query = `mutation RevokeSigningKey($keyId: ID!, $reason: String!, $from: DateTime) {
    revokeSigningKey(keyId: $keyId, reason: $reason, from: $from) { ${KEY} }
  }`;
  const variables = { keyId, reason: options.reason, from: options.from ?? null };
  const answer = await gateway.ask<{ revokeSigningKey: SigningKey }>(query, variables);
  const since = answer.revokeSigningKey.revokedFrom;
  tell(answer.revokeSigningKey, options, `what was recorded with it since ${since} is flagged`);
}

async function sign(file: string, { key }: { key: string }): Promise<void> {
  const signer = await readPayloadSigner(key);
  printJson(signer.sign(await readUtf8(file)));
}

function tell(key: SigningKey, { json }: ConnectionOptions, more: string): void {
  if (json) {
    printJson(key);
    return;
  }
  printKeys([key]);
  note(more);
}

function printKeys(keys: readonly SigningKey[]): void {
  const rows = keys.map((key) => [
    key.keyId,
    key.role.toLowerCase(),
    key.algorithm,
    key.state.toLowerCase().replaceAll("_", " "),
    key.revokedFrom ?? key.validTo ?? "",
    key.name,
  ]);
  print(table(["key", "role", "algorithm", "state", "ends", "name"], rows));
}
