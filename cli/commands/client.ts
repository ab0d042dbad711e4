import { Command, InvalidArgumentError, Option } from "commander";
import { ROLES } from "../../shared/caller.ts";
import { CliError, unknownClient } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { roleOption } from "../option-values.ts";
import { bold, note, plural, print, printable, printJson, table } from "../output.ts";
import { clientKeyCommand } from "./client-key.ts";

const DESCRIPTION = `Adds, lists and changes clients: apps of your own and partners, with their keys (role admin).
A partner has the role partner: it runs its published documents on what is shared with it.

Examples:
  tracegraph client add acme --kind partner
  tracegraph client add service-portal --kind app --role support --requests-per-minute 600
  tracegraph client list
  tracegraph client list acme                                   with its keys and its history
  tracegraph client change acme --deactivate --reason "contract ended"
  tracegraph client key add acme`;

const ROLES_OF_APPS = ROLES.filter((role) => role !== "partner");
const KINDS = ["app", "partner"] as const;
const CLIENT = "name kind roles requestsPerMinute isActive createdAt";

interface Client {
  name: string;
  kind: string;
  roles: string[];
  requestsPerMinute: number | null;
  isActive: boolean;
  createdAt: string;
}
interface AddOptions extends ConnectionOptions {
  kind: (typeof KINDS)[number];
  role: string[];
  requestsPerMinute?: number;
}
interface ChangeOptions extends ConnectionOptions {
  role: string[];
  requestsPerMinute?: number | "none";
  activate?: boolean;
  deactivate?: boolean;
  reason: string;
}

export function clientCommand(): Command {
  return new Command("client")
    .description(DESCRIPTION)
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(changeCommand())
    .addCommand(clientKeyCommand());
}

function addCommand(): Command {
  const kind = new Option("--kind <kind>", "whose program it is").choices(KINDS);
  const command = new Command("add")
    .summary("adds an app or a partner")
    .description(
      "Adds an app or a partner, without keys yet.\n\nExample:\n  tracegraph client add acme --kind partner",
    )
    .argument("<name>", "as tokens name it, or as it shall be called")
    .addOption(kind.makeOptionMandatory())
    .addOption(roleOption("a role of an app", ROLES_OF_APPS))
    .option("--requests-per-minute <number>", "its own rate", readRate);
  return withConnection(command).action(add);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("lists all clients, or one with its keys and its history")
    .description(
      "Lists all clients, or one with its keys and its history.\n\nExample:\n  tracegraph client list acme --json",
    )
    .argument("[name]", "one client");
  return withConnection(command).action((name: string | undefined, options: ConnectionOptions) =>
    name === undefined ? listAll(options) : listOne(name, options),
  );
}

function changeCommand(): Command {
  const command = new Command("change")
    .summary("changes what a client may do")
    .description(
      `Changes a client's roles or rate, or whether it may come in.

Examples:
  tracegraph client change acme --requests-per-minute 1200 --reason "agreed with acme"
  tracegraph client change acme --requests-per-minute none --reason "as everybody"
  tracegraph client change service-portal --role support --role line --reason "also at the line"`,
    )
    .argument("<name>")
    .addOption(roleOption("all roles from now on", ROLES_OF_APPS))
    .option("--requests-per-minute <number>", "its own rate, or none", readRateOrNone)
    .addOption(new Option("--activate", "let it come in").conflicts("deactivate"))
    .option("--deactivate", "keep it out, whatever keys it has")
    .requiredOption("--reason <text>", "why");
  return withConnection(command).action(change);
}

async function add(name: string, options: AddOptions): Promise<void> {
  const { kind, role: roles, requestsPerMinute } = options;
  const { gateway } = await connect(options, ["admin"]);
  const query = `mutation AddClient($input: ClientInput!) { addClient(input: $input) { ${CLIENT} } }`;
  const input = {
    name,
    kind: kind.toUpperCase(),
    ...(roles.length > 0 && { roles }),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
  };
  const { addClient } = await gateway.ask<{ addClient: Client }>(query, { input });
  if (options.json) return printJson(addClient);
  printClients([addClient]);
  note(`next: tracegraph client key add ${printable(name)}`);
}

async function change(name: string, options: ChangeOptions): Promise<void> {
  const { role: roles, requestsPerMinute, activate, deactivate, reason } = options;
  const { gateway } = await connect(options, ["admin"]);
  const query = `mutation ChangeClient($name: String!, $changes: ClientChanges!, $reason: String!) {
    changeClient(name: $name, changes: $changes, reason: $reason) { ${CLIENT} }
  }`;
  const changes = {
    ...(roles.length > 0 && { roles }),
    ...(requestsPerMinute !== undefined && {
      requestsPerMinute: requestsPerMinute === "none" ? null : requestsPerMinute,
    }),
    ...((activate || deactivate) && { isActive: activate === true }),
  };
  if (Object.keys(changes).length === 0) {
    throw new CliError("USAGE", "say what to change: --role, --requests-per-minute, --deactivate");
  }
  const variables = { name, changes, reason };
  const { changeClient } = await gateway.ask<{ changeClient: Client }>(query, variables);
  if (options.json) printJson(changeClient);
  else printClients([changeClient]);
}

interface ClientPage {
  clients: { nodes: Client[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

async function listAll(options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const query = `query ListClients($after: String) {
    clients(first: 500, after: $after) { nodes { ${CLIENT} } pageInfo { hasNextPage endCursor } }
  }`;
  const all: Client[] = [];
  for (let after: string | null = null; ; ) {
    const { clients }: ClientPage = await gateway.ask<ClientPage>(query, { after });
    all.push(...clients.nodes);
    after = clients.pageInfo.endCursor;
    if (!clients.pageInfo.hasNextPage || after === null) break;
  }
  if (options.json) return printJson(all);
  if (all.length > 0) printClients(all);
  note(plural(all.length, "client"));
}

interface ClientInFull extends Client {
  keys: {
    keyId: string;
    last4: string;
    createdAt: string;
    createdBy: string;
    expiresAt: string | null;
    revokedAt: string | null;
    lastUsedAt: string | null;
  }[];
  history: {
    kind: string;
    about: string | null;
    at: string;
    actor: string;
    reason: string | null;
  }[];
  documents: { totalCount: number };
}

async function listOne(name: string, options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const client = await readClient(gateway, name);
  if (options.json) return printJson(client);
  printClients([client]);
  const moment = (at: string | null) => at?.slice(0, 16).replace("T", " ") ?? "–";
  const keys = client.keys.map(({ keyId, last4, createdAt, expiresAt, revokedAt, lastUsedAt }) => {
    const times = [createdAt, lastUsedAt, expiresAt, revokedAt].map(moment);
    return [keyId, `…${last4}`, ...times];
  });
  print(`\n${bold("Keys")}`);
  print(table(["key", "last four", "made", "last used", "ends", "revoked"], keys));
  const history = client.history.map(({ kind, about, at, actor, reason }) => {
    return [moment(at), kind, about ?? "", actor, reason ?? ""];
  });
  print(`\n${bold("History")}`);
  print(table(["at", "what", "about", "by", "why"], history));
  note(plural(client.documents.totalCount, "document"));
}

async function readClient(gateway: GatewayClient, name: string): Promise<ClientInFull> {
  const query = `query ListClient($name: String!) { client(name: $name) {
    ${CLIENT}
    keys { keyId last4 createdAt createdBy expiresAt revokedAt lastUsedAt }
    history { kind about at actor reason }
    documents { totalCount }
  } }`;
  const { client } = await gateway.ask<{ client: ClientInFull | null }>(query, { name });
  if (!client) throw unknownClient(name);
  return client;
}

function printClients(clients: readonly Client[]): void {
  const rows = clients.map(({ name, kind, roles, requestsPerMinute, isActive, createdAt }) => [
    name,
    kind.toLowerCase(),
    roles.join(", "),
    requestsPerMinute === null ? "–" : `${requestsPerMinute}/min`,
    isActive ? "active" : "inactive",
    createdAt.slice(0, 10),
  ]);
  print(table(["name", "kind", "roles", "rate", "is", "added"], rows));
}

function readRate(text: string): number {
  const rate = Number(text);
  if (Number.isInteger(rate) && rate >= 1) return rate;
  throw new InvalidArgumentError("Give a whole number from 1.");
}

function readRateOrNone(text: string): number | "none" {
  return text === "none" ? text : readRate(text);
}
