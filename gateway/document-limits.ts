import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  visit,
} from "graphql";
import { DomainError } from "../shared/domain-error.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import { measureTokens } from "./token-measure.ts";
import { limitCheck } from "./within-limit.ts";

const assertAtMost = limitCheck(
  {
    documentCharacters: ["DOCUMENT_TOO_LARGE", "characters"],
    documentTokens: ["TOO_MANY_TOKENS", "tokens"],
    documentDepth: ["DOCUMENT_TOO_DEEP", "levels"],
    introspectionDepth: ["INTROSPECTION_TOO_DEEP", "levels of introspection"],
    literalDepth: ["LITERAL_TOO_DEEP", "levels of lists and objects"],
    documentAliases: ["TOO_MANY_ALIASES", "aliases"],
    documentDirectives: ["TOO_MANY_DIRECTIVES", "directives"],
    documentFields: ["TOO_MANY_FIELDS", "fields"],
  },
  (what, most, asked) => `a document has at most ${most} ${what}, not ${asked}`,
);

/** Parses a document that keeps the limits. Throws before anything larger is built or walked. */
export function parseWithinLimits(text: string): DocumentNode {
  assertAtMost("documentCharacters", text.length);
  const document = parseTokens(text);
  let aliases = 0;
  let directives = 0;
  let levels = 0;
  let deepest = 0;
  const nested = {
    enter: () => {
      deepest = Math.max(deepest, ++levels);
    },
    leave: () => void levels--,
  };
  visit(document, {
    ListValue: nested,
    ObjectValue: nested,
    ListType: nested,
    Directive: () => void directives++,
    ObjectField: ({ name }) => assertPlainName(name.value),
    Variable: ({ name }) => assertPlainName(name.value),
    Field({ alias }) {
      if (!alias) return;
      aliases++;
      assertPlainName(alias.value);
    },
  });
  assertAtMost("literalDepth", deepest);
  assertAtMost("documentAliases", aliases);
  assertAtMost("documentDirectives", directives);
  assertExpandedSize(document);
  return document;
}

function parseTokens(text: string): DocumentNode {
  try {
    return parse(text, { maxTokens: GATEWAY_LIMITS.documentTokens });
  } catch (error) {
    const isTooLong =
      error instanceof GraphQLError &&
      error.message.includes(`more that ${GATEWAY_LIMITS.documentTokens} tokens`);
    // Nesting may end the parser's stack before it has counted all tokens.
    if (!isTooLong && !(error instanceof RangeError)) throw error;
    const { tokens, levels, literalLevels } = measureTokens(text);
    assertAtMost("documentTokens", tokens);
    assertAtMost("literalDepth", literalLevels);
    assertAtMost("documentDepth", levels);
    throw error;
  }
}

/** A subscription is answered elsewhere, as a stream; the planner would fall over it. */
export function withoutSubscription(document: DocumentNode): DocumentNode {
  for (const one of document.definitions) {
    if (one.kind !== Kind.OPERATION_DEFINITION || one.operation !== "subscription") continue;
    const text = "a subscription is answered as text/event-stream: accept that";
    throw new DomainError("BAD_USER_INPUT", text);
  }
  return document;
}

/** Names that every JavaScript object has; a plain object cannot hold them safely. */
function assertPlainName(name: string): void {
  if (!(name in Object.prototype)) return;
  const text = `${name} cannot be an alias, a variable or a field of an object`;
  throw new DomainError("BAD_USER_INPUT", text);
}

interface Size {
  fields: number;
  depth: number;
  introspectionDepth: number;
}
const EMPTY: Size = { fields: 0, depth: 0, introspectionDepth: 0 };

/** Measures each fragment once, so that fragments that double one another cost nothing here. */
function assertExpandedSize(document: DocumentNode): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      fragments.set(definition.name.value, definition);
    }
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const measured = new Map<string, Size>();
  const measure = ({ selections }: SelectionSetNode): Size => {
    let size = EMPTY;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const inner = selection.selectionSet ? measure(selection.selectionSet) : EMPTY;
        size = together(size, below(selection.name.value, inner));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        size = together(size, measure(selection.selectionSet));
      } else {
        size = together(size, fragmentSize(selection.name.value));
      }
    }
    return size;
  };
  const fragmentSize = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    // A fragment within itself counts as nothing here; validation refuses it.
    measured.set(name, EMPTY);
    const fragment = fragments.get(name);
    const size = fragment ? measure(fragment.selectionSet) : EMPTY;
    measured.set(name, size);
    return size;
  };
  const sizes = operations.map(({ selectionSet }) => measure(selectionSet));
  const { fields, depth, introspectionDepth } = sizes.reduce(together, EMPTY);
  assertAtMost("documentFields", fields);
  assertAtMost("documentDepth", depth);
  assertAtMost("introspectionDepth", introspectionDepth);
  assertIntrospectionAlone(operations, fragments);
}

function together(a: Size, b: Size): Size {
  return {
    fields: a.fields + b.fields,
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
  };
}

function below(field: string, inner: Size): Size {
  const fields = inner.fields + 1;
  if (!isIntrospection(field)) return { ...inner, fields, depth: inner.depth + 1 };
  return { fields, depth: 0, introspectionDepth: inner.depth + 1 };
}

function isIntrospection(field: string): boolean {
  return field === "__schema" || field === "__type";
}

/**
 * The planner answers a document that asks for the schema from the schema alone: whatever stands
 * beside it would come back null, which elsewhere means that it does not exist.
 */
function assertIntrospectionAlone(
  operations: readonly OperationDefinitionNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): void {
  const names = operations.flatMap(({ selectionSet }) =>
    rootFields(selectionSet, fragments, new Set()),
  );
  if (!names.some(isIntrospection)) return;
  const isDirect = operations.every(({ selectionSet: { selections } }) =>
    selections.every(({ kind }) => kind === Kind.FIELD),
  );
  if (isDirect && names.every((name) => name.startsWith("__"))) return;
  throw new DomainError("BAD_USER_INPUT", "ask for the schema in a document of its own");
}

function rootFields(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  seen: Set<string>,
): string[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      return rootFields(selection.selectionSet, fragments, seen);
    }
    const name = selection.name.value;
    const fragment = seen.has(name) ? undefined : fragments.get(name);
    seen.add(name);
    return fragment ? rootFields(fragment.selectionSet, fragments, seen) : [];
  });
}
