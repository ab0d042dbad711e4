import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { DomainError } from "../../shared/domain-error.ts";
import { isPageSize, unsetPageSize } from "../document-cost.ts";

/** A page that is sized by variables alone, and how many items it has where none of them is given. */
export interface VariablyLargePage {
  sizes: readonly string[];
  unset: number;
}

/** The pages of a valid document that are sized by variables alone. */
export function variablyLargePages(
  schema: GraphQLSchema,
  document: DocumentNode,
): VariablyLargePage[] {
  const types = new TypeInfo(schema);
  const pages: VariablyLargePage[] = [];
  const visitor = visitWithTypeInfo(types, {
    Field({ arguments: given = [] }) {
      const field = types.getFieldDef();
      const unset = field ? unsetPageSize(field) : null;
      if (unset === null) return;
      const values = given.filter(({ name }) => isPageSize(name.value)).map(({ value }) => value);
      const sizes = values.flatMap((value) =>
        value.kind === Kind.VARIABLE ? [value.name.value] : [],
      );
      const isVariable = values.every(({ kind }) => kind === Kind.VARIABLE || kind === Kind.NULL);
      if (isVariable && sizes.length > 0) pages.push({ sizes, unset });
    },
  });
  visit(document, visitor);
  return pages;
}

/**
 * Refuses to leave a size out where the page would then be larger than what its document was
 * published with: a limit of 5 is none if null means 50.
 */
export function assertUnsizedWithinDeclaredLimits(
  pages: readonly VariablyLargePage[],
  variables: Readonly<Record<string, unknown>>,
  declared: Readonly<Record<string, number>>,
): void {
  for (const { sizes, unset } of pages) {
    if (sizes.some((name) => Object.hasOwn(variables, name) && variables[name] !== null)) continue;
    for (const name of sizes) {
      const most = Object.hasOwn(declared, name) ? declared[name] : undefined;
      if (most === undefined || unset <= most) continue;
      const text = `$${name} is at most ${most} in this document; where it is not given a page has ${unset}: give it`;
      const figures = { limit: name, most, asked: unset };
      throw new DomainError("VARIABLE_BEYOND_LIMIT", text, figures);
    }
  }
}
