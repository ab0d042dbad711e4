import { Command, InvalidArgumentError } from "commander";
import { CliError } from "../cli-error.ts";
import { ITEM_COLUMNS, ITEM_FIELDS, type Item, itemCells } from "../component/item-name.ts";
import { type Page, readPages } from "../component/read-pages.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { note, plural, print, printable, printJson, table } from "../output.ts";

const DESCRIPTION = `Lists every device and component that contains, on any level, one of the components that have
what is given: a supplier's lot, a part number, one serial number. Each is listed once, at its
lowest level. Level 1 is what it was put into directly.

Examples:
  tracegraph where-used --supplier ACME --supplier-lot L-2291
  tracegraph where-used --part-number MX-4 --serial-number 000123 --ever
  tracegraph where-used --supplier-lot L-2291 --levels 1 --json`;

const whereUsedDocument = (name: string, fields: string) => `query ${name}(
  $supplier: String, $partNumber: String, $serialNumber: String, $supplierLot: String,
  $levels: Int!, $membership: Membership!, $first: Int!, $after: String
) {
  whereUsed(supplier: $supplier, partNumber: $partNumber, serialNumber: $serialNumber,
    supplierLot: $supplierLot, levels: $levels, membership: $membership, first: $first, after: $after) {
    ${fields}
  }
}`;
export const whereUsedQuery = whereUsedDocument(
  "WhereUsed",
  `totalCount isComplete nodes { level item { ${ITEM_FIELDS} } } pageInfo { hasNextPage endCursor }`,
);
/** By itself: beside a full page, its lists would count as long as the page. */
export const loopsQuery = whereUsedDocument(
  "WhereUsedLoops",
  `loops { path { child { ${ITEM_FIELDS} } } }`,
);
const PAGE_SIZE = 1_000;
const MOST_LEVELS = 10;
/** The gateway tells no more. */
const MOST_LOOPS = 10;

interface WhereUsedOptions extends ConnectionOptions {
  supplier?: string;
  partNumber?: string;
  serialNumber?: string;
  supplierLot?: string;
  levels: number;
  ever?: boolean;
}

interface UsedPage extends Page<{ level: number; item: Item }> {
  isComplete: boolean;
}
interface Loop {
  path: { child: Item }[];
}

export function whereUsedCommand(): Command {
  const command = new Command("where-used")
    .description(DESCRIPTION)
    .option("--supplier <name>", "components of this supplier")
    .option("--supplier-lot <lot>", "of this lot of the supplier")
    .option("--part-number <number>", "with this part number")
    .option("--serial-number <number>", "with this serial number")
    .option("--levels <n>", `how far upwards, 1 to ${MOST_LEVELS}`, readLevels, MOST_LEVELS)
    .option("--ever", "what ever contained it, not only what does now");
  return withConnection(command).action(whereUsed);
}

async function whereUsed(options: WhereUsedOptions): Promise<void> {
  const { supplier, partNumber, serialNumber, supplierLot, levels } = options;
  const named = { supplier, partNumber, serialNumber, supplierLot };
  if (Object.values(named).every((value) => value === undefined)) {
    throw new CliError("USAGE", "say which components, by --supplier-lot or the like");
  }
  const membership = options.ever ? "EVER" : "CURRENT";
  const { gateway } = await connect(options, ["support"]);
  const { nodes, first } = await readPages<UsedPage["nodes"][number], UsedPage>(async (after) => {
    const asked = { ...named, levels, membership, first: PAGE_SIZE, after };
    return (await gateway.ask<{ whereUsed: UsedPage }>(whereUsedQuery, asked)).whereUsed;
  });
  const { totalCount, isComplete } = first;
  const asked = { ...named, levels, membership, first: MOST_LOOPS };
  const { loops } = (await gateway.ask<{ whereUsed: { loops: Loop[] } }>(loopsQuery, asked))
    .whereUsed;
  if (options.json) printJson({ totalCount, isComplete, items: nodes, loops });
  else if (nodes.length > 0) {
    const rows = nodes.map(({ level, item }) => [String(level), ...itemCells(item)]);
    print(table(["level", ...ITEM_COLUMNS], rows));
  }
  note(plural(totalCount, "item"));
  if (!isComplete) note(`more lies beyond level ${levels}`);
  for (const { path } of loops) {
    const items = path.map(({ child }) => itemCells(child).slice(2, 4).join(" ")).join(" → ");
    note(printable(`a loop in the data, not followed: ${items}`));
  }
}

function readLevels(text: string): number {
  const levels = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (levels >= 1 && levels <= MOST_LEVELS) return levels;
  throw new InvalidArgumentError(`Give 1 to ${MOST_LEVELS} levels.`);
}
