import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { ownerName } from "../device/device-page.ts";
import { errorOf, type GatewayClient, type GraphError } from "../gateway-client.ts";
import { csvLine, note, plural, print, printable, printJson, table } from "../output.ts";
import { Progress } from "../progress.ts";

const DESCRIPTION = `Lists every other device that shares a production group with this one: the same lot, or what --by
names. The list is whole: as many as the gateway counts, or the command fails.

Examples:
  tracegraph siblings SN-000042
  tracegraph siblings SN-000042 --by workOrder
  tracegraph siblings SN-000042 --ever --csv > affected.csv    also who has left the lot since`;
const PAGE_SIZE = 1_000;
export const siblingsQuery = `query Siblings(
  $serialNumber: String!, $by: String!, $membership: Membership!, $first: Int!, $after: String
) {
  device(serialNumber: $serialNumber) {
    siblings(by: $by, membership: $membership, first: $first, after: $after) {
      totalCount
      nodes { serialNumber connhexId owner { displayName } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

interface SiblingsOptions extends ConnectionOptions {
  by: string;
  ever?: boolean;
  csv?: boolean;
  progress?: boolean;
}

interface Sibling {
  serialNumber: string;
  connhexId: string | null;
  owner: { displayName: string | null } | null;
}

interface SiblingPage {
  totalCount: number;
  nodes: Sibling[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export function siblingsCommand(): Command {
  const command = new Command("siblings")
    .description(DESCRIPTION)
    .argument("<serial-number>")
    .option("--by <field>", "the field that the devices share", "lotCode")
    .option("--ever", "devices that ever shared it, not only those that do now")
    .option("--csv", "print CSV")
    .option("--progress", "draw the progress bar also where standard error is no terminal");
  return withConnection(command).action(listSiblings);
}

async function listSiblings(serialNumber: string, options: SiblingsOptions): Promise<void> {
  if (options.json && options.csv) throw new CliError("USAGE", "give --json or --csv, not both");
  const { gateway } = await connect(options, ["support"]);
  const progress = Progress.forTerminal(options.progress);
  const { siblings, totalCount, missing } = await readAll(gateway, {
    serialNumber,
    by: options.by,
    membership: options.ever ? "EVER" : "CURRENT",
    progress,
  }).finally(() => progress.end());
  printSiblings(siblings, options, totalCount);
  if (siblings.length !== totalCount) {
    const reason = `${siblings.length} siblings came, but there are ${totalCount}: the list is not whole`;
    throw new CliError("DIFFERENT_COUNT", reason);
  }
  const [first] = missing;
  if (!first) return;
  const failure = errorOf(first);
  // A list whose owners are not known must not pass for one of devices that nobody owns.
  if (failure.retryable) {
    throw new CliError(failure.code, `owners are missing: ${failure.message}`, failure.details);
  }
  note(printable(`note: owners are not shown: ${failure.message}`));
}

/** Every page of the list. A part that another subgraph could not add is left empty, and told. */
async function readAll(
  gateway: GatewayClient,
  question: { serialNumber: string; by: string; membership: string; progress: Progress },
): Promise<{ siblings: Sibling[]; totalCount: number; missing: readonly GraphError[] }> {
  const { progress, ...asked } = question;
  const siblings: Sibling[] = [];
  const missing: GraphError[] = [];
  let after: string | null = null;
  for (;;) {
    const variables = { ...asked, first: PAGE_SIZE, after };
    const page: SiblingPage = await readPage(gateway, variables, missing);
    siblings.push(...page.nodes);
    progress.rows = siblings.length;
    progress.update(page.totalCount === 0 ? 1 : siblings.length / page.totalCount);
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage) return { siblings, totalCount: page.totalCount, missing };
    if (endCursor === null || endCursor === after) {
      throw new CliError("GATEWAY_ANSWER", "the gateway says that there is more, and not where");
    }
    after = endCursor;
  }
}

async function readPage(
  gateway: GatewayClient,
  variables: { serialNumber: string },
  missing: GraphError[],
): Promise<SiblingPage> {
  const { data, errors } = await gateway.askPartly<{ device: { siblings: SiblingPage } | null }>(
    siblingsQuery,
    variables,
  );
  if (!data.device && errors.length === 0) {
    throw new CliError("NOT_FOUND", `no device has the serial number ${variables.serialNumber}`);
  }
  // Beside a list that came, only its owners can be what is missing: they are of another subgraph.
  if (!data.device?.siblings) {
    throw errorOf(errors[0] ?? { message: "the gateway gave no siblings" });
  }
  missing.push(...errors);
  return data.device.siblings;
}

function printSiblings(
  siblings: readonly Sibling[],
  { json, csv }: SiblingsOptions,
  totalCount: number,
): void {
  if (json) {
    printJson({ totalCount, siblings });
    return;
  }
  if (csv) {
    print(csvLine(["serialNumber", "connhexId", "owner"]));
    for (const { serialNumber, connhexId, owner } of siblings) {
      print(csvLine([serialNumber, connhexId, owner?.displayName ?? null]));
    }
  } else {
    const cells = siblings.map((row) => [row.serialNumber, row.connhexId ?? "–", ownerName(row)]);
    if (cells.length > 0) print(table(["serial number", "connhexId", "owner"], cells));
  }
  note(plural(totalCount, "sibling"));
}
