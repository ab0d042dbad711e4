import { Command } from "commander";
import { CliError, unknownClient } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { limitsOf, NO_LIMITS, readLimitsFile } from "../documents/limits-file.ts";
import { readManifests } from "../documents/manifest.ts";
import { inFiles, printPublication, publish } from "../documents/publication.ts";
import { EXIT } from "../exit-codes.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { listOption } from "../option-values.ts";
import { note, plural, print, printJson, table } from "../output.ts";

const DESCRIPTION = `Publishes, lists and retires the documents that a client may run by their ids.

Examples:
  tracegraph documents publish --client acme --version 3 persisted-query-manifest.json
  tracegraph documents publish --client acme --version 3 src --limits limits.json --dry-run
  tracegraph documents list --client acme
  tracegraph documents retire --client acme --version 2 --reason "nobody runs it any more"`;

const PUBLISH = `Checks documents against the graph and publishes them together: where one is refused, none is
published, and the exit code is 1. A manifest is Apollo's (persisted-query-manifest.json), Relay's
(persisted_queries.json), GraphQL Code Generator's (persisted-documents.json), or a folder: each
operation of its .graphql files with its fragments, under sha256: and the hash of that text. Ids
are kept as they are.

--limits names a JSON file with the greatest number, or length of a list, of variables:
  {"first": 100, "Siblings": {"first": 1000}}
for every document that has a variable first, and for the operation Siblings (or a document's id).

Examples:
  tracegraph documents publish --client acme --version 3 persisted-query-manifest.json
  tracegraph documents publish --client acme --version 3 src --limits limits.json --dry-run`;

interface PublishOptions extends ConnectionOptions {
  client: string;
  version: string;
  limits?: string;
  dryRun?: boolean;
}
interface ListOptions extends ConnectionOptions {
  client: string;
  version?: string;
}
interface RetireOptions extends ConnectionOptions {
  client: string;
  version?: string;
  id: string[];
  reason: string;
}

export function documentsCommand(): Command {
  return new Command("documents")
    .description(DESCRIPTION)
    .addCommand(publishCommand())
    .addCommand(listCommand())
    .addCommand(retireCommand());
}

function publishCommand(): Command {
  const command = new Command("publish")
    .summary("publishes the documents of a client's version")
    .description(PUBLISH)
    .argument("<manifest...>", "files, or folders of .graphql files")
    .requiredOption("--client <client>", "whose documents they are")
    .requiredOption("--version <version>", "the client's version that holds them")
    .option("--limits <file>", "limits of variables, as JSON")
    .option("--dry-run", "only say what would come of it");
  return withConnection(command).action(publishManifests);
}

function listCommand(): Command {
  const command = new Command("list")
    .summary("lists a client's documents")
    .description(
      "Lists a client's documents, the retired ones too.\n\nExample:\n  tracegraph documents list --client acme --version 3",
    )
    .requiredOption("--client <client>", "whose documents")
    .option("--version <version>", "only what this version holds");
  return withConnection(command).action(list);
}

function retireCommand(): Command {
  const command = new Command("retire")
    .summary("takes a version, or single documents, out of use")
    .description(
      `Takes a client's version out of use, with every document that no other version holds, or
single documents whatever versions hold them. Requests for them are refused at once, on every
gateway within 10 s.

Examples:
  tracegraph documents retire --client acme --version 2 --reason "nobody runs it any more"
  tracegraph documents retire --client acme --id sha256:9f86… --reason "too slow"`,
    )
    .requiredOption("--client <client>", "whose documents")
    .option("--version <version>", "the version")
    .addOption(listOption("--id <id>", "a document; may be given several times"))
    .requiredOption("--reason <text>", "why");
  return withConnection(command).action(retire);
}

async function publishManifests(paths: string[], options: PublishOptions): Promise<void> {
  const { client, version, dryRun = false } = options;
  const manifests = await readManifests(paths);
  const limits = options.limits ? await readLimitsFile(options.limits) : NO_LIMITS;
  const documents = manifests.map((document) => ({
    id: document.id,
    text: document.text,
    variableLimits: limitsOf(document, limits),
  }));
  const { gateway } = await connect(options, ["admin"]);
  const request = { client, version, documents, dryRun };
  const publication = inFiles(await publish(gateway, request), manifests);
  if (publication.refused > 0) process.exitCode = EXIT.REFUSED;
  if (options.json) printJson(publication);
  else printPublication(publication, { client, dryRun });
}

interface ListedDocument {
  documentId: string;
  operationName: string | null;
  versions: string[];
  isLive: boolean;
  publishedAt: string;
}
const LIST = `query ListDocuments($client: String!, $version: String, $after: String) {
  client(name: $client) { documents(version: $version, first: 500, after: $after) {
    nodes { documentId operationName operationType versions isLive publishedAt publishedBy retiredAt }
    pageInfo { hasNextPage endCursor }
  } }
}`;
interface ListPage {
  client: {
    documents: {
      nodes: ListedDocument[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    };
  } | null;
}

async function list(options: ListOptions): Promise<void> {
  const { gateway } = await connect(options, ["admin"]);
  const documents = await readAll(gateway, options);
  if (options.json) return printJson(documents);
  const rows = documents.map(({ operationName, versions, isLive, publishedAt, documentId }) => [
    operationName ?? "–",
    isLive ? "live" : "retired",
    versions.join(", "),
    publishedAt.slice(0, 10),
    documentId,
  ]);
  if (rows.length > 0) print(table(["operation", "is", "versions", "published", "id"], rows));
  note(plural(documents.length, "document"));
}

async function readAll(
  gateway: GatewayClient,
  { client: name, version }: ListOptions,
): Promise<ListedDocument[]> {
  const documents: ListedDocument[] = [];
  const asked = { client: name, version: version ?? null };
  let after: string | null = null;
  for (;;) {
    const page: ListPage = await gateway.ask<ListPage>(LIST, { ...asked, after });
    if (!page.client) throw unknownClient(name);
    const { nodes, pageInfo } = page.client.documents;
    documents.push(...nodes);
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return documents;
    after = pageInfo.endCursor;
  }
}

const RETIRE = `mutation RetireDocuments(
  $client: String!, $version: String, $ids: [ID!], $reason: String!
) {
  retireDocuments(client: $client, version: $version, ids: $ids, reason: $reason) { retired }
}`;

async function retire(options: RetireOptions): Promise<void> {
  const { client, version, id: ids, reason } = options;
  if ((version === undefined) === (ids.length === 0)) {
    throw new CliError("USAGE", "give --version or --id: one of the two");
  }
  const { gateway } = await connect(options, ["admin"]);
  const variables = { client, version: version ?? null, ids: ids.length > 0 ? ids : null, reason };
  const { retireDocuments } = await gateway.ask<{ retireDocuments: { retired: number } }>(
    RETIRE,
    variables,
  );
  if (options.json) printJson(retireDocuments);
  else print(`${client}: ${plural(retireDocuments.retired, "document")} retired`);
}
