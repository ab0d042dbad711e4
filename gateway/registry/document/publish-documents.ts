import { DomainError, type ErrorCode } from "../../../shared/domain-error.ts";
import type { CheckedDocument, DocumentToCheck } from "../../publishing/check-document.ts";
import type { DocumentProblem } from "../../publishing/document-problem.ts";
import type { ClientRow } from "../client/client.store.ts";
import { unknownClient } from "../client/client.ts";
import type { Context, Stores } from "../context.ts";
import { LIMITS } from "../limits.ts";
import {
  assertVersion,
  type DocumentOutcome,
  faultOfText,
  faultOfVariableLimits,
  isSameLimits,
  type VariableLimits,
} from "./document.ts";
import { faultOfDocumentId } from "./document-id.ts";
import type { DocumentToWrite, StandingDocument } from "./publication.store.ts";

export interface AskedDocument {
  id: string;
  text: string;
  variableLimits?: unknown;
}
export interface AskedPublication {
  client: string;
  version: string;
  documents: readonly AskedDocument[];
  dryRun: boolean;
}

/** A document with what its check says of it, and with what will come of it. */
interface JudgedDocument extends CheckedDocument {
  id: string;
  text: string;
  variableLimits: VariableLimits;
  outcome: DocumentOutcome;
}

export interface Publication {
  client: ClientRow;
  version: string;
  isPublished: boolean;
  verdicts: readonly JudgedDocument[];
  published: number;
  unchanged: number;
  refused: number;
}

/** Publishes documents together, or, where one of them is refused, none. */
export async function publishDocuments(
  context: Context,
  asked: AskedPublication,
): Promise<Publication> {
  assertVersion(asked.version);
  assertCount(asked.documents.length);
  const client = await context.clients.byName.load(asked.client);
  if (!client) throw unknownClient(asked.client);
  const checked: JudgedDocument[] = [];
  // One after the other, and others between them: each check holds the processor for a while.
  for (const document of asked.documents) {
    checked.push(await checkDocument(context, client, document));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return context.write((stores) => write(stores, { asked, checked, roles: client.roles, context }));
}

function assertCount(documents: number): void {
  const most = LIMITS.documentsOfPublication;
  if (documents >= 1 && documents <= most) return;
  if (documents === 0) {
    throw new DomainError("BAD_USER_INPUT", "there is no document to publish", {
      argument: "documents",
    });
  }
  const text = `a publication has at most ${most} documents, not ${documents}`;
  throw new DomainError("LIMIT_EXCEEDED", text, { limit: "documents", most, asked: documents });
}

async function checkDocument(
  { check }: Context,
  { roles }: ClientRow,
  { id, text, variableLimits: given }: AskedDocument,
): Promise<JudgedDocument> {
  const limits = given ?? {};
  const own = [
    problem("BAD_DOCUMENT_ID", faultOfDocumentId(id, text)),
    problem("INVALID_VALUE", faultOfText(text)),
    problem("INVALID_VALUE", faultOfVariableLimits(limits)),
  ].flat();
  const variableLimits = own.length > 0 ? {} : (limits as VariableLimits);
  const document: DocumentToCheck = { id, text, roles, variableLimits };
  const isReadable = faultOfText(text) === null;
  const checked = isReadable ? await check(document) : UNREAD;
  const problems = [...own, ...checked.problems].slice(0, LIMITS.problemsOfDocument);
  const outcome = problems.length > 0 ? "REFUSED" : "PUBLISHED";
  return { ...checked, id, text, variableLimits, problems, outcome };
}

const UNREAD: CheckedDocument = {
  problems: [],
  warnings: [],
  operationName: null,
  operationType: null,
  nodes: 0,
  values: 0,
  fetches: 0,
};

function problem(code: ErrorCode, message: string | null): DocumentProblem[] {
  return message === null ? [] : [{ code, message, field: null, line: null, column: null }];
}

interface CheckedPublication {
  asked: AskedPublication;
  checked: readonly JudgedDocument[];
  /** The roles that the documents were checked with. */
  roles: readonly string[];
  context: Context;
}

/** The client's row is held: who publishes the same id at the same time waits, and finds it. */
async function write(
  stores: Stores,
  { asked, checked, roles, context }: CheckedPublication,
): Promise<Publication> {
  const { version, dryRun } = asked;
  const { clients, publications } = stores;
  const client = await clients.lock(asked.client);
  if (!client) throw unknownClient(asked.client);
  if (client.roles.join() !== roles.join()) {
    throw new DomainError("CONCURRENT_CHANGE", `the roles of ${client.name} were just changed`);
  }
  const known = await publications.version(client.name, version);
  if (known?.isRetired) {
    const text = `version ${version} of ${client.name} is retired: publish under another version`;
    throw new DomainError("BAD_USER_INPUT", text, { argument: "version" });
  }
  const ids = checked.map(({ id }) => id);
  const standing = new Map(
    (await publications.standing(client.name, version, ids)).map((row) => [row.documentId, row]),
  );
  const verdicts = judged(checked, standing);
  const refused = countOf(verdicts, "REFUSED");
  const isPublished = refused === 0 && !dryRun;
  const revised = isPublished
    ? await keep(stores, { client, version, verdicts, standing, actor: context.caller.subject })
    : client;
  return {
    client: revised,
    version,
    isPublished,
    verdicts,
    published: countOf(verdicts, "PUBLISHED"),
    unchanged: countOf(verdicts, "UNCHANGED"),
    refused,
  };
}

function countOf(verdicts: readonly JudgedDocument[], asked: DocumentOutcome): number {
  return verdicts.filter(({ outcome }) => outcome === asked).length;
}

type Standing = ReadonlyMap<string, StandingDocument>;

/** The documents with what comes of them beside what stands already, and beside one another. */
function judged(checked: readonly JudgedDocument[], standing: Standing): JudgedDocument[] {
  const seen = new Set<string>();
  return checked.map((document) => {
    const { id, text, variableLimits, outcome, problems } = document;
    const isRepeated = seen.has(id);
    seen.add(id);
    const there = standing.get(id);
    const fault = isRepeated
      ? "the id stands twice in this publication"
      : there && there.text !== text
        ? "another text is published under this id"
        : null;
    const more = problem("DOCUMENT_ID_TAKEN", fault);
    if (more.length > 0)
      return { ...document, outcome: "REFUSED", problems: [...problems, ...more] };
    if (outcome === "REFUSED" || !there || there.isRetired) return document;
    if (!isSameLimits(there.variableLimits, variableLimits)) return document;
    return { ...document, outcome: "UNCHANGED" };
  });
}

interface PublicationToKeep {
  client: ClientRow;
  version: string;
  verdicts: readonly JudgedDocument[];
  standing: Standing;
  actor: string;
}

async function keep(
  { clients, publications }: Stores,
  { client, version, verdicts, standing, actor }: PublicationToKeep,
): Promise<ClientRow> {
  const { name } = client;
  const toWrite = verdicts.filter(({ outcome }) => outcome === "PUBLISHED");
  const toHold = verdicts.filter(({ id }) => !standing.get(id)?.isHeld);
  if (toWrite.length === 0 && toHold.length === 0) return client;
  if ((await publications.versions(name)) >= LIMITS.versionsOfClient)
    throw tooMany("versions", name);
  if (client.documents + toWrite.length > LIMITS.documentsOfClient)
    throw tooMany("documents", name);
  await publications.addVersion(name, version);
  const before = await clients.giveDocuments(name, toWrite.length);
  await publications.write(name, toWrite.map(rowOf), { actor, before });
  await publications.hold(
    name,
    version,
    toHold.map(({ id }) => id),
  );
  const note = { kind: "DOCUMENTS_PUBLISHED", about: version, actor, reason: null } as const;
  return clients.revise(name, client, note);
}

function tooMany(limit: "versions" | "documents", client: string): DomainError {
  const most = limit === "versions" ? LIMITS.versionsOfClient : LIMITS.documentsOfClient;
  return new DomainError("LIMIT_EXCEEDED", `${client} has ${most} ${limit}: no more are possible`, {
    limit,
    most,
  });
}

function rowOf(document: JudgedDocument): DocumentToWrite {
  const { id, text, operationName, variableLimits, nodes, values, fetches } = document;
  const { operationType } = document;
  if (!operationType) throw new Error(`the check of ${id} found no operation, and no problem`);
  return {
    documentId: id,
    text,
    operationName,
    operationType,
    variableLimits,
    nodes,
    values,
    fetches,
  };
}
