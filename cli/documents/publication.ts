import { GATEWAY_LIMITS } from "../../gateway/limits.ts";
import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../gateway-client.ts";
import { note, plural, print, printable, table } from "../output.ts";
import type { ManifestDocument } from "./manifest-document.ts";
import { type WrittenPlace, writtenPlace } from "./written-place.ts";

const PROBLEM = "code message field line column";
const PUBLISH_DOCUMENTS = `mutation PublishDocuments(
  $client: String!, $version: String!, $documents: [DocumentInput!]!, $dryRun: Boolean!
) {
  publishDocuments(client: $client, version: $version, documents: $documents, dryRun: $dryRun) {
    version isPublished published unchanged refused
    verdicts {
      id operationName outcome nodes values fetches problems { ${PROBLEM} } warnings { ${PROBLEM} }
    }
  }
}`;

export interface DocumentToPublish {
  id: string;
  text: string;
  variableLimits: Readonly<Record<string, number>>;
}
interface Problem {
  /** Where the document was put together from files; line and column are those of the file then. */
  file?: string;
  code: string;
  message: string;
  field: string | null;
  line: number | null;
  column: number | null;
}
interface Verdict {
  id: string;
  operationName: string | null;
  outcome: "PUBLISHED" | "UNCHANGED" | "REFUSED";
  nodes: number;
  values: number;
  fetches: number;
  problems: Problem[];
  warnings: Problem[];
}
export interface Publication {
  version: string;
  isPublished: boolean;
  published: number;
  unchanged: number;
  refused: number;
  verdicts: Verdict[];
}

export interface PublicationRequest {
  client: string;
  version: string;
  documents: readonly DocumentToPublish[];
  dryRun: boolean;
}

/** Publishes the documents in one mutation, so that all of them stand or none does. */
export async function publish(
  gateway: GatewayClient,
  request: PublicationRequest,
): Promise<Publication> {
  const most = GATEWAY_LIMITS.bodyBytes;
  const bytes = Buffer.byteLength(JSON.stringify({ query: PUBLISH_DOCUMENTS, variables: request }));
  if (bytes > most) {
    const text = `${plural(request.documents.length, "document")} make a request of ${bytes} bytes; a gateway takes ${most}`;
    throw new CliError("FILE_TOO_LARGE", text, {
      advice: "Publish the manifest in parts, under the same version.",
    });
  }
  const answer = await gateway.ask<{ publishDocuments: Publication }>(PUBLISH_DOCUMENTS, {
    ...request,
  });
  return answer.publishDocuments;
}

/** The publication with every problem's place in the file that it stands in, where there is one. */
export function inFiles(
  publication: Publication,
  documents: readonly ManifestDocument[],
): Publication {
  const written = new Map(documents.map((document) => [document.id, document]));
  const verdicts = publication.verdicts.map((verdict) => {
    const found = (problem: Problem) => ({
      ...problem,
      ...placeOf(problem, written.get(verdict.id)),
    });
    return {
      ...verdict,
      problems: verdict.problems.map(found),
      warnings: verdict.warnings.map(found),
    };
  });
  return { ...publication, verdicts };
}

function placeOf({ line, column }: Problem, document?: ManifestDocument): Partial<WrittenPlace> {
  const { text = "", written = [] } = document ?? {};
  const [operation] = written;
  if (!operation) return {};
  const place = line === null ? null : writtenPlace(text, written, { line, column: column ?? 1 });
  return place ?? { file: operation.path, line: null, column: null };
}

/** A row for each document, then what is wrong with which, then what came of it all. */
export function printPublication(
  { verdicts, version, isPublished, ...counts }: Publication,
  { client, dryRun }: { client: string; dryRun: boolean },
): void {
  const rows = verdicts.map(({ id, operationName, outcome, nodes, values, fetches }) => [
    outcome === "PUBLISHED" && !isPublished ? "ACCEPTED" : outcome,
    operationName ?? "–",
    ...[nodes, values, fetches].map(String),
    id,
  ]);
  print(table(["outcome", "operation", "nodes", "values", "fetches", "id"], rows));
  for (const { id, operationName, problems, warnings } of verdicts) {
    const name = operationName ?? id;
    for (const problem of problems) note(lineOf(name, problem));
    for (const warning of warnings) note(`warning: ${lineOf(name, warning)}`);
  }
  const said = `${counts.published} to publish, ${counts.unchanged} unchanged, ${counts.refused} refused`;
  const end = isPublished ? "published" : dryRun ? "only tried" : "nothing was published";
  note(`${client} version ${version}: ${said}: ${end}`);
}

function lineOf(name: string, { file, code, message, field, line, column }: Problem): string {
  const place = line === null ? "" : `:${line}:${column ?? 1}`;
  const where = file === undefined ? `${name}${place}` : `${file}${place}: ${name}`;
  return printable(`${where}: ${field === null ? "" : `${field}: `}${message} [${code}]`);
}
