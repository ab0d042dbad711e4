import { Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { ITEM_COLUMNS, ITEM_FIELDS, type Item, itemCells } from "../component/item-name.ts";
import { type Page, readPages } from "../component/read-pages.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import {
  COMPONENT_FORMATS,
  type ImportComponentsOptions,
  importComponents,
} from "../import/import-components.ts";
import { note, plural, print, printJson, table } from "../output.ts";

const DESCRIPTION = `Lists what is installed directly in a device, or records installations from a file.

Examples:
  tracegraph components SN-000042
  tracegraph components SN-000042 --ever                    also what was taken out
  tracegraph components SN-000042 --at 2026-01-31T08:00:00Z
  tracegraph components import parts.csv`;

const IMPORT_DESCRIPTION = `Records what was put into what. Good rows are recorded although others are refused; importing a
file again changes nothing.

Columns: parent (a device's serial number; or parent_supplier, parent_part_number,
parent_serial_number, parent_supplier_lot), child (a device's serial number; or supplier,
part_number, serial_number, supplier_lot), position, quantity, measure, installed_at, source.

Examples:
  tracegraph components import parts.csv
  tracegraph components import --dry-run parts.ndjson`;

export const componentsQuery = `query Components(
  $serialNumber: String!, $membership: Membership!, $at: DateTime, $first: Int!, $after: String
) {
  device(serialNumber: $serialNumber) {
    components(membership: $membership, at: $at, first: $first, after: $after) {
      totalCount
      nodes {
        position quantity measure installedAt child { ${ITEM_FIELDS} } removal { removedAt reason }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
const PAGE_SIZE = 1_000;

interface ComponentsOptions extends ConnectionOptions {
  ever?: boolean;
  at?: string;
}

interface Installed {
  position: string | null;
  quantity: number;
  measure: string | null;
  installedAt: string;
  child: Item;
  removal: { removedAt: string; reason: string } | null;
}

export function componentsCommand(): Command {
  const command = new Command("components")
    .description(DESCRIPTION)
    .argument("[serial-number]")
    .option("--ever", "also what was taken out")
    .option("--at <time>", "what was installed at a time, as RFC 3339")
    .enablePositionalOptions();
  return withConnection(command).action(listComponents).addCommand(importCommand());
}

function importCommand(): Command {
  const format = new Option("--format <format>", "guessed where it is not given");
  const command = new Command("import")
    .summary("records what was put into what, from a file")
    .description(IMPORT_DESCRIPTION)
    .argument("<file>", "the file, or - for standard input")
    .addOption(format.choices(COMPONENT_FORMATS))
    .option("--dry-run", "check the file as far as it can be told here, and write nothing")
    .option("--report <file>", "write the refused rows to a new CSV file, with the reasons")
    .option("--batch-size <rows>", "rows sent at once, 1 to 1000", readBatchSize, 500)
    .option("--progress", "draw the progress bar also where standard error is no terminal");
  return withConnection(command).action(
    (path: string, options: ImportComponentsOptions & ConnectionOptions) =>
      importComponents(path, options, () => connect(options, ["line"])),
  );
}

async function listComponents(
  serialNumber: string | undefined,
  { ever = false, at, ...options }: ComponentsOptions,
): Promise<void> {
  if (serialNumber === undefined) throw new CliError("USAGE", "give a serial number, or: import");
  if (ever && at !== undefined) throw new CliError("USAGE", "give --ever or --at, not both");
  const { gateway } = await connect(options, ["support"]);
  const { nodes, first } = await readPages<Installed, Page<Installed>>(async (after) => {
    const membership = ever ? "EVER" : "CURRENT";
    const asked = { serialNumber, membership, at, first: PAGE_SIZE, after };
    const { device } = await gateway.ask<{ device: { components: Page<Installed> } | null }>(
      componentsQuery,
      asked,
    );
    if (device) return device.components;
    throw new CliError("NOT_FOUND", `no device has the serial number ${serialNumber}`);
  });
  if (options.json) printJson({ totalCount: first.totalCount, installations: nodes });
  else if (nodes.length > 0) {
    const header = ["position", "amount", ...ITEM_COLUMNS, "installed", "removed"];
    print(table(header, nodes.map(cellsOf)));
  }
  note(plural(first.totalCount, "installation"));
}

function cellsOf({
  position,
  quantity,
  measure,
  installedAt,
  child,
  removal,
}: Installed): string[] {
  const amount = measure === null ? String(quantity) : `${quantity} ${measure}`;
  const removed = removal ? `${removal.removedAt} (${removal.reason})` : "–";
  return [position ?? "–", amount, ...itemCells(child), installedAt, removed];
}

function readBatchSize(text: string): number {
  const size = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (size >= 1 && size <= 1_000) return size;
  throw new InvalidArgumentError("A batch has 1 to 1000 rows.");
}
