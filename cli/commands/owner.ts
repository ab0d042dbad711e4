import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { readLimit } from "../option-values.ts";
import { note, plural, print, printJson, table } from "../output.ts";
import { withoutGateway } from "../start-failure.ts";

const DESCRIPTION = `Erases owners (Article 17 GDPR): what is known of one is destroyed with its keys, his devices are
nobody's, and it is recorded that it happened, by whom and why (role compliance).

Examples:
  tracegraph owner erase T3duZXI6NDI= --reason "asked for, ticket 4711"
  tracegraph owner erase --device hex-000042 --reason "asked for, ticket 4711"
  tracegraph owner erasures
  tracegraph owner purge                       takes what is erased from the disk, too`;
const PURGE = `Takes from the disk what PostgreSQL keeps of rows that are gone: the tables of people are written
anew, and on the embedded server the write-ahead log too. It works on the databases themselves;
each of those tables is locked meanwhile. Old backups are yours to end.

Example:
  tracegraph owner purge`;

const ERASURE = "ownerId reason isHoldOverridden released erasedAt erasedBy state completedAt";

interface Erasure {
  ownerId: string;
  reason: string;
  isHoldOverridden: boolean;
  released: number;
  erasedAt: string;
  erasedBy: string;
  state: string;
}
interface EraseOptions extends ConnectionOptions {
  device?: string;
  reason: string;
  overrideHold?: boolean;
}

export function ownerCommand(): Command {
  return new Command("owner")
    .description(DESCRIPTION)
    .addCommand(eraseCommand())
    .addCommand(erasuresCommand())
    .addCommand(purgeCommand());
}

function eraseCommand(): Command {
  const command = new Command("erase")
    .summary("erases an owner")
    .description(
      'Erases an owner. Refused while an open recall holds a device of his.\n\nExample:\n  tracegraph owner erase --device hex-000042 --reason "asked for, ticket 4711"',
    )
    .argument("[owner-id]", "as the graph names him")
    .option("--device <connhexId>", "whoever owns this device now, instead of an id")
    .requiredOption("--reason <text>", "why; it stays, so leave his own data out of it")
    .option("--override-hold", "also while a recall holds a device of his");
  return withConnection(command).action(erase);
}

function erasuresCommand(): Command {
  const command = new Command("erasures")
    .summary("lists every erasure, the newest first")
    .description(
      "Lists every erasure, the newest first.\n\nExample:\n  tracegraph owner erasures --limit 20",
    )
    .option("--limit <number>", "the most that are told", readLimit, 100);
  return withConnection(command).action(listErasures);
}

function purgeCommand(): Command {
  return new Command("purge")
    .summary("takes what is erased from the disk")
    .description(PURGE)
    .option("--json", "print JSON")
    .action(purge);
}

async function erase(ownerId: string | undefined, options: EraseOptions): Promise<void> {
  const { device, reason, overrideHold = false } = options;
  if ((ownerId === undefined) === (device === undefined)) {
    throw new CliError("USAGE", "name the owner: <owner-id>, or --device <connhexId>");
  }
  const { gateway } = await connect(options, ["compliance"]);
  const id = ownerId ?? (await ownerOf(gateway, device ?? ""));
  const query = `mutation EraseOwner($ownerId: ID!, $reason: String!, $overrideHold: Boolean!) {
    eraseOwner(ownerId: $ownerId, reason: $reason, overrideHold: $overrideHold) { ${ERASURE} }
  }`;
  const variables = { ownerId: id, reason, overrideHold };
  const { eraseOwner } = await gateway.ask<{ eraseOwner: Erasure }>(query, variables);
  if (options.json) return printJson(eraseOwner);
  printErasures([eraseOwner]);
  note("`tracegraph owner purge` takes what is erased from the disk, too");
}

async function ownerOf(gateway: GatewayClient, connhexId: string): Promise<string> {
  const query = "query OwnerOf($connhexId: ID!) { device(connhexId: $connhexId) { owner { id } } }";
  const { device } = await gateway.ask<{ device: { owner: { id: string } | null } | null }>(query, {
    connhexId,
  });
  if (device?.owner) return device.owner.id;
  throw new CliError("NOT_FOUND", `nobody owns a device with the connhexId ${connhexId}`);
}

async function listErasures(options: ConnectionOptions & { limit: number }): Promise<void> {
  const { gateway } = await connect(options, ["compliance"]);
  const query = `query Erasures($last: Int!, $before: String) {
    erasures(last: $last, before: $before) {
      totalCount nodes { ${ERASURE} } pageInfo { hasPreviousPage startCursor }
    }
  }`;
  const found: Erasure[] = [];
  let before: string | null = null;
  let total = 0;
  do {
    const last = Math.min(options.limit - found.length, 500);
    const { erasures }: Page = await gateway.ask<Page>(query, { last, before });
    found.push(...[...erasures.nodes].reverse());
    total = erasures.totalCount;
    before = erasures.pageInfo.hasPreviousPage ? erasures.pageInfo.startCursor : null;
  } while (before !== null && found.length < options.limit);
  if (options.json) return printJson({ totalCount: total, erasures: found });
  if (found.length > 0) printErasures(found);
  note(plural(total, "erasure"));
}

interface Page {
  erasures: {
    totalCount: number;
    nodes: Erasure[];
    pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
  };
}

async function purge({ json }: { json?: boolean }): Promise<void> {
  const { runPurge } = await import("../../start/purge.ts");
  const done = await withoutGateway(() => runPurge({ environment: process.env, notice: note }));
  if (json) return printJson(done);
  for (const [service, tables] of Object.entries(done.tables)) {
    print(`${service}: ${tables.join(", ")}`);
  }
  if (done.logFiles === null) {
    note("the write-ahead log and the backups of your own server are yours to end");
  } else {
    print(`write-ahead log: ${plural(done.logFiles, "file")} left, written since`);
  }
}

function printErasures(erasures: readonly Erasure[]): void {
  const rows = erasures.map((one) => [
    one.erasedAt.slice(0, 19).replace("T", " "),
    one.ownerId,
    one.state.toLowerCase(),
    String(one.released),
    one.isHoldOverridden ? "overridden" : "",
    one.erasedBy,
    one.reason,
  ]);
  print(table(["erased (UTC)", "owner", "state", "devices", "hold", "by", "reason"], rows));
}
