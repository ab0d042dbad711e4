import {
  type ASTNode,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getLocation,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { DomainError, type ErrorCode } from "../../shared/domain-error.ts";

/** Why a document is refused, or what its author should know; lines and columns count from 1. */
export interface DocumentProblem {
  code: ErrorCode;
  message: string;
  /** `Type.field`, where the problem lies in a field. */
  field: string | null;
  line: number | null;
  column: number | null;
}

/** A problem of the whole document. */
export function documentProblem(code: ErrorCode, message: string): DocumentProblem {
  return { code, message, field: null, line: null, column: null };
}

/** A problem at one place of a document. */
export function problemAt(
  node: ASTNode | undefined,
  code: ErrorCode,
  about: { message: string; field?: string | null },
): DocumentProblem {
  const { message, field = null } = about;
  const { source, start } = node?.loc ?? {};
  const place = source && start !== undefined ? getLocation(source, start) : null;
  return { code, message, field, line: place?.line ?? null, column: place?.column ?? null };
}

/** A refusal as a problem. A fault, which is no refusal, is thrown on. */
export function problemOf(error: unknown): DocumentProblem {
  if (error instanceof DomainError) return documentProblem(error.code, error.message);
  if (!(error instanceof GraphQLError)) throw error;
  const [place] = error.locations ?? [];
  return {
    ...documentProblem("BAD_USER_INPUT", error.message),
    line: place?.line ?? null,
    column: place?.column ?? null,
  };
}

/** What validation says of a document, each with the field that it is about. */
export function problemsOf(
  errors: readonly GraphQLError[],
  schema: GraphQLSchema,
  document: DocumentNode,
): DocumentProblem[] {
  if (errors.length === 0) return [];
  const fields = fieldsByPlace(schema, document);
  return errors.map((error) => ({
    ...problemOf(error),
    field: fieldAround(fields, error.nodes?.[0]?.loc?.start),
  }));
}

interface PlacedField {
  name: string;
  start: number;
  end: number;
}

/** Every field of a document, outer ones first. */
function fieldsByPlace(schema: GraphQLSchema, document: DocumentNode): PlacedField[] {
  const types = new TypeInfo(schema);
  const fields: PlacedField[] = [];
  const visitor = visitWithTypeInfo(types, {
    Field({ name, loc }) {
      const type = types.getParentType();
      const text = type ? `${type.name}.${name.value}` : name.value;
      if (loc) fields.push({ name: text, start: loc.start, end: loc.end });
    },
  });
  visit(document, visitor);
  return fields;
}

function fieldAround(fields: readonly PlacedField[], place: number | undefined): string | null {
  if (place === undefined) return null;
  const around = fields.filter(({ start, end }) => start <= place && place < end);
  return around.at(-1)?.name ?? null;
}
