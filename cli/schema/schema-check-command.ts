import { Command, Option } from "commander";
import type { DocumentInUse, GraphChange } from "../../gateway/publishing/schema-check.ts";
import type { SchemaText } from "../../gateway/publishing/schema-text.ts";
import type { Role } from "../../shared/caller.ts";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { limitsOf, NO_LIMITS, readLimitsFile } from "../documents/limits-file.ts";
import { readManifests } from "../documents/manifest.ts";
import { EXIT } from "../exit-codes.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { roleOption } from "../option-values.ts";
import { plural } from "../output.ts";
import { readUtf8 } from "../read-text.ts";
import { readPublishedDocuments } from "./published-documents.ts";
import { reportSchemaCheck } from "./schema-check-report.ts";

const DESCRIPTION = `Says which published documents a change of the schema would break, or put in danger: those that
are no longer valid, answered otherwise, too costly or not to be planned; those that may meet new
values, types or defaults. <file> is a supergraph or a public schema. The documents come from the
gateway, or without one from --documents. Exit code 1 when a document is broken.

Examples:
  tracegraph schema check new-supergraph.graphql
  tracegraph schema check new-supergraph.graphql --fail-on dangerous --json
  tracegraph schema check gateway/supergraph.graphql --documents examples/partner/documents \\
    --client partner --role partner`;

const PRESENT_SCHEMA = "gateway/schema.graphql";

interface SchemaCheckOptions extends ConnectionOptions {
  against?: string;
  documents?: string;
  limits?: string;
  client?: string;
  role: Role[];
  failOn: "broken" | "dangerous";
  strict?: boolean;
}

export function schemaCheckCommand(): Command {
  const role = roleOption("with --documents: a role of the client, to check what it may read");
  const failOn = new Option("--fail-on <level>", "what exit code 1 stands for");
  const command = new Command("check")
    .summary("says which published documents a change would break")
    .description(DESCRIPTION)
    .argument("<file>")
    .option(
      "--against <file>",
      `the present schema (the gateway's, or ${PRESENT_SCHEMA} with --documents)`,
    )
    .option(
      "--documents <path>",
      "a manifest or a folder, as publish reads it, instead of the gateway",
    )
    .option("--limits <file>", "with --documents: limits of variables, as JSON")
    .option("--client <name>", "only this client's; with --documents, whose they are")
    .addOption(role)
    .addOption(failOn.choices(["broken", "dangerous"]).default("broken"))
    .option("--strict", "also exit with 1 for breaking changes that no document uses");
  return withConnection(command).action(checkSchema);
}

async function checkSchema(path: string, options: SchemaCheckOptions): Promise<void> {
  const after = await readSchemaFile(path);
  const { before, documents } = options.documents
    ? await fromFiles(options.documents, options)
    : await fromGateway(options);
  const { checkSchemaChange } = await import("../../gateway/publishing/schema-check.ts");
  const graph: GraphChange = {
    before: before.publicSchema,
    after: after.publicSchema,
    supergraph: await supergraphOf(after),
  };
  const check = await checkSchemaChange(graph, documents);
  const fails =
    check.findings.some(({ level }) => level === "BROKEN" || options.failOn === "dangerous") ||
    (options.strict === true && check.unused.some(({ level }) => level === "BREAKING"));
  if (fails) process.exitCode = EXIT.REFUSED;
  reportSchemaCheck(check, options.json === true);
}

interface Present {
  before: Pick<SchemaText, "publicSchema">;
  documents: DocumentInUse[];
}

async function fromFiles(
  path: string,
  { against = PRESENT_SCHEMA, client = "documents", role, limits }: SchemaCheckOptions,
): Promise<Present> {
  const declared = limits ? await readLimitsFile(limits) : NO_LIMITS;
  const roles = role.length > 0 ? role : null;
  const documents = (await readManifests([path])).map((document): DocumentInUse => {
    const { id, text } = document;
    return { client, id, name: null, text, variableLimits: limitsOf(document, declared), roles };
  });
  return { before: await readSchemaFile(against), documents };
}

async function fromGateway(options: SchemaCheckOptions): Promise<Present> {
  if (options.role.length > 0 || options.limits) {
    throw new CliError("USAGE", "--role and --limits go with --documents");
  }
  const { gateway } = await connect(options, ["engineering"]);
  const documents = await readPublishedDocuments(gateway, options.client);
  const { against } = options;
  return { before: against ? await readSchemaFile(against) : await schemaOf(gateway), documents };
}

/** The schema that the gateway answers by now. */
async function schemaOf(gateway: GatewayClient): Promise<Present["before"]> {
  const { buildClientSchema, getIntrospectionQuery } = await import("graphql");
  const introspection = await gateway.ask<Parameters<typeof buildClientSchema>[0]>(
    getIntrospectionQuery({ inputValueDeprecation: true }),
  );
  return { publicSchema: buildClientSchema(introspection) };
}

async function readSchemaFile(path: string): Promise<SchemaText> {
  const text = await readUtf8(path);
  const { readSchemaText } = await import("../../gateway/publishing/schema-text.ts");
  try {
    return readSchemaText(text);
  } catch (error) {
    // Of a schema that is another one's part, each type that it lacks is an error.
    const [reason, ...more] = (error as Error).message.split("\n\n");
    const others = more.length > 0 ? ` (and ${plural(more.length, "other error")})` : "";
    throw new CliError("INVALID_SCHEMA", `${path}: ${reason}${others}`);
  }
}

async function supergraphOf({ supergraphText }: SchemaText): Promise<GraphChange["supergraph"]> {
  if (supergraphText === null) return null;
  const { plannerOf } = await import("../../gateway/publishing/query-plan.ts");
  const { fieldRouting } = await import("../../gateway/publishing/field-routing.ts");
  const { ACCESS_TABLES } = await import("../../gateway/access-tables.ts");
  return {
    planner: plannerOf(supergraphText),
    routing: fieldRouting(supergraphText),
    tables: ACCESS_TABLES,
  };
}
