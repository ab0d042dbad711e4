import { OperationTypeNode } from "graphql";
import { DomainError } from "../../shared/domain-error.ts";
import { withPublicErrors } from "../answer-errors.ts";
import { withoutSubscription } from "../document-limits.ts";
import { hidingSchema } from "../hidden-schema.ts";
import type { LeanLane } from "../lean-lane.ts";
import type { PublishedDocument, Registry } from "../registry/registry.ts";
import type { RequestScope } from "../request-scope.ts";
import type { AskedRequest } from "./asked-request.ts";
import type { PreparedOperation, PreparedOperations } from "./prepared-operation.ts";
import { RequestRefusal, refusingWhole } from "./request-refusal.ts";
import { type Answer, cachingHeaders, mediaTypeOf } from "./send-answer.ts";

/** What published documents are answered with. */
export interface DocumentParts {
  registry: Registry;
  lane: LeanLane;
  operations: PreparedOperations;
}

/** Runs a published document by its id, on the lean lane. */
export async function answerDocument(
  { registry, lane, operations }: DocumentParts,
  asked: AskedRequest,
  scope: RequestScope,
): Promise<Answer> {
  const { prepared, variables } = await refusingWhole(async () => {
    const { id, text, variableLimits } = await publishedDocument(registry, asked, scope);
    scope.documentId = id;
    scope.text = text;
    const prepared = operations.prepare(text);
    scope.operationName = prepared.operationName;
    scope.operationType = prepared.operation.operation;
    assertMatches(asked, prepared);
    const { variables, nodes } = hidingSchema(scope, () =>
      prepared.variablesOf(asked.variables, variableLimits),
    );
    await scope.begin(nodes);
    return { prepared, variables };
  });
  scope.isExecuted = true;
  const result = withPublicErrors(await lane.execute(prepared, variables, scope), scope);
  const text = JSON.stringify(result);
  const caching =
    asked.method === "GET" && !result.errors ? cachingHeaders(text, scope.caller) : {};
  return { status: 200, headers: { "content-type": mediaTypeOf(asked.accept), ...caching }, text };
}

/** One refusal for ids that are unknown, retired, or another client's: nobody learns which. */
export async function publishedDocument(
  registry: Registry,
  { documentId }: AskedRequest,
  { caller: { tenant, client } }: RequestScope,
): Promise<PublishedDocument> {
  for (const id of client === null ? [] : waysToSay(documentId ?? "")) {
    const document = await registry.document(tenant, client ?? "", id);
    if (document && !document.isRetired) return document;
  }
  throw new DomainError("DOCUMENT_NOT_FOUND", "no document of yours has this id");
}

/** A SHA-256 id is one with its prefix (the draft, code generators) or without (Apollo, urql). */
function waysToSay(id: string): string[] {
  if (/^[0-9a-f]{64}$/.test(id)) return [id, `sha256:${id}`];
  if (/^sha256:[0-9a-f]{64}$/.test(id)) return [id, id.slice("sha256:".length)];
  return [id];
}

/** GraphQL over HTTP: a mutation is never asked for by GET. */
function assertMatches(
  { method, operationName }: AskedRequest,
  { document, operation, operationName: name }: PreparedOperation,
): void {
  withoutSubscription(document);
  if (method === "GET" && operation.operation !== OperationTypeNode.QUERY) {
    const text = "a mutation is asked for by POST";
    throw new RequestRefusal(405, "BAD_USER_INPUT", text, { allow: "POST" });
  }
  if (operationName === null || operationName === name) return;
  throw new DomainError("BAD_USER_INPUT", `the document has no operation ${operationName}`);
}
