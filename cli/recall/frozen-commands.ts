import { Command, InvalidArgumentError } from "commander";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { bold, note, plural, print, printable, printJson, table } from "../output.ts";
import { type CriteriaOptions, readCriteriaOptions, withCriteria } from "./criteria-options.ts";
import {
  freezeRecall,
  type Recall,
  readRecalls,
  type SomeDevices,
  showRecall,
  withdrawRecall,
} from "./recalls.ts";

const FREEZE = `Freezes exactly the devices that criteria give, for good (role recall_manager).

With --expected-count nothing is frozen where the criteria give another number by now. The same
--key with the same content answers the same recall again.

Example:
  tracegraph recall freeze --criteria recall.json --title "Swelling cells" \\
    --reason "supplier's report 114" --expected-count 137`;

interface FreezeOptions extends ConnectionOptions, CriteriaOptions {
  title: string;
  reason: string;
  expectedCount?: number;
  key?: string;
}

/** The commands about recalls that are frozen, or are to be. */
export function frozenCommands(): Command[] {
  return [freezeCommand(), listCommand(), showCommand(), withdrawCommand()];
}

function freezeCommand(): Command {
  const command = new Command("freeze")
    .summary("freezes a scope as a recall")
    .description(FREEZE)
    .requiredOption("--title <text>", "what people call it (required)")
    .requiredOption("--reason <text>", "why (required)")
    .option("--expected-count <number>", "the count that you looked at", readCount)
    .option("--key <text>", "an idempotency key");
  return withConnection(withCriteria(command)).action(freeze);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("lists all recalls")
    .description("Lists all recalls.\n\nExample:\n  tracegraph recall list --json");
  return withConnection(command).action(list);
}

function showCommand(): Command {
  const command = new Command("show")
    .summary("a recall, and what has changed around it since")
    .description(
      "Shows a recall, devices that its criteria would give by now and it does not hold, and devices\nthat it holds and they would not.\n\nExample:\n  tracegraph recall show UmVjYWxsOjE",
    )
    .argument("<id>", "of the recall, as list tells it");
  return withConnection(command).action(show);
}

function withdrawCommand(): Command {
  const command = new Command("withdraw")
    .summary("calls a recall off")
    .description(
      'Calls a recall off (role recall_manager). Its set stays as it was frozen.\n\nExample:\n  tracegraph recall withdraw UmVjYWxsOjE --reason "wrong lot, see recall 2"',
    )
    .argument("<id>", "of the recall, as list tells it")
    .requiredOption("--reason <text>", "why (required)");
  return withConnection(command).action(withdraw);
}

async function freeze(options: FreezeOptions): Promise<void> {
  const { title, reason, expectedCount = null, knownAt = null, key = null } = options;
  const criteria = await readCriteriaOptions(options);
  const { gateway } = await connect(options, ["recall_manager"]);
  const input = { title, reason, criteria, knownAt, expectedCount };
  printRecall(await freezeRecall(gateway, input, key), options);
}

async function list(options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["recall_manager"]);
  const recalls = await readRecalls(gateway);
  if (options.json) printJson(recalls);
  else if (recalls.length === 0) note("no recall was ever frozen");
  else {
    const rows = recalls.map(({ id, state, frozenAt, deviceCount, title }) => {
      return [id, state, frozenAt.slice(0, 10), `${deviceCount}`, title];
    });
    print(table(["id", "state", "frozen", "devices", "title"], rows));
  }
}

async function show(id: string, options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["recall_manager"]);
  const recall = await showRecall(gateway, id);
  if (options.json) {
    printJson(recall);
    return;
  }
  printRecall(recall, options);
  printSome("not in it that its criteria give by now", recall.candidates);
  printSome("in it that its criteria do not give any more", recall.departures);
}

async function withdraw(
  id: string,
  options: ConnectionOptions & { reason: string },
): Promise<void> {
  const { gateway } = await connect(options, ["recall_manager"]);
  printRecall(await withdrawRecall(gateway, { id, reason: options.reason }), options);
}

function printRecall(recall: Recall, { json }: ConnectionOptions): void {
  if (json) {
    printJson(recall);
    return;
  }
  const { id, title, state, sentence, reason, deviceCount, hash, frozenAt, withdrawnAt } = recall;
  print(`${bold(printable(title))}  ${id}`);
  print(printable(sentence));
  const end = withdrawnAt ? `, withdrawn ${withdrawnAt}: ${recall.withdrawalReason}` : "";
  print(printable(`${state}, ${plural(deviceCount, "device")}, frozen ${frozenAt}${end}`));
  print(printable(`reason: ${reason}`));
  print(`SHA-256 of the serial numbers: ${hash}`);
}

function printSome(what: string, { totalCount, nodes }: SomeDevices): void {
  if (totalCount === 0) return;
  const names = nodes.map(({ serialNumber }) => serialNumber).join(", ");
  const more = totalCount > nodes.length ? ", …" : "";
  print(printable(`${plural(totalCount, "device")} ${what}: ${names}${more}`));
}

function readCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give the number of devices.");
}
