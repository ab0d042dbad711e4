import {
  BreakingChangeType,
  DangerousChangeType,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
} from "graphql";

/**
 * What a change of the schema does to a document that uses what was changed. BREAKS: its answer is no
 * longer what its client was built for, or what it sends is refused, although it may still be valid.
 * AFFECTS: its client may meet something new, or validation alone decides.
 */
export type Effect = "BREAKS" | "AFFECTS";

/** A use of the schema, as `DocumentUsage` names it, and what the change does to it. */
export interface Touch {
  use: string;
  effect: Effect;
}
export interface SchemaChange {
  isBreaking: boolean;
  what: string;
  /** null: what it touches is not known, so it counts for every document. */
  touches: readonly Touch[] | null;
}

/** Everything that graphql-js knows to be breaking or dangerous between two schemas. */
export function schemaChanges(before: GraphQLSchema, after: GraphQLSchema): SchemaChange[] {
  const breaking = findBreakingChanges(before, after).map((change) => changeOf(change, true));
  const dangerous = findDangerousChanges(before, after).map((change) => changeOf(change, false));
  return [...breaking, ...dangerous];
}

type ChangeType = BreakingChangeType | DangerousChangeType;

export function changeOf(
  { type, description }: { type: ChangeType; description: string },
  isBreaking: boolean,
): SchemaChange {
  const { pattern, touches } = RULES[type];
  const named = pattern.exec(description)?.groups;
  return { isBreaking, what: description, touches: named ? touches(named as Named) : null };
}

type Named = Record<"type" | "field" | "argument" | "value", string>;

/** How to read what graphql-js says of a change, and whom it touches. */
interface Rule {
  pattern: RegExp;
  touches(named: Named): Touch[];
}

const breaks = (...uses: string[]): Touch[] => uses.map((use) => ({ use, effect: "BREAKS" }));
const affects = (...uses: string[]): Touch[] => uses.map((use) => ({ use, effect: "AFFECTS" }));

/** The directive stands last in what is said of it, as far as anything else does. */
const OF_DIRECTIVE: Rule = {
  pattern: /^(?:.*(?:from|on directive) )?(?<type>\w+)(?: was removed| was added)?\.$/,
  touches: ({ type }) => affects(`@${type}`),
};
const OF_FIELD: Rule = {
  pattern: /^(?<type>\w+)\.(?<field>\w+) /,
  touches: ({ type, field }) => breaks(`${type}.${field}`, `in ${type}`),
};
const OF_TYPE: Rule = {
  pattern: /^(?:Standard scalar )?(?<type>\w+) /,
  touches: ({ type }) => breaks(`out ${type}`, `in ${type}`),
};
const OF_INPUT: Rule = {
  pattern: / on input type (?<type>\w+) was added\.$/,
  touches: ({ type }) => [...breaks(`in ${type}`), ...affects(`literal ${type}`)],
};
const OF_MEMBERS: Rule = {
  pattern: /(?:union type|enum type|implements interface) (?<type>\w+)\.$/,
  touches: ({ type }) => affects(`out ${type}`),
};

const RULES: Readonly<Record<ChangeType, Rule>> = {
  [BreakingChangeType.TYPE_REMOVED]: OF_TYPE,
  [BreakingChangeType.TYPE_CHANGED_KIND]: OF_TYPE,
  [BreakingChangeType.TYPE_REMOVED_FROM_UNION]: OF_MEMBERS,
  [BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED]: OF_MEMBERS,
  // Who only reads the value loses nothing but its answers.
  [BreakingChangeType.VALUE_REMOVED_FROM_ENUM]: {
    pattern: /^(?<value>\w+) was removed from enum type (?<type>\w+)\.$/,
    touches: ({ type, value }) => [
      ...breaks(`${type}.${value}`, `in ${type}`),
      ...affects(`out ${type}`),
    ],
  },
  [BreakingChangeType.REQUIRED_INPUT_FIELD_ADDED]: OF_INPUT,
  [BreakingChangeType.FIELD_REMOVED]: OF_FIELD,
  [BreakingChangeType.FIELD_CHANGED_KIND]: OF_FIELD,
  [BreakingChangeType.REQUIRED_ARG_ADDED]: {
    pattern: / on (?<type>\w+)\.(?<field>\w+) was added\.$/,
    touches: ({ type, field }) => breaks(`${type}.${field}`),
  },
  [BreakingChangeType.ARG_REMOVED]: {
    pattern: /^(?<type>\w+)\.(?<field>\w+) arg (?<argument>\w+) was removed\.$/,
    touches: ({ type, field, argument }) => breaks(`${type}.${field}(${argument}:)`),
  },
  // What still fits the argument's new type means what it meant, as far as can be told.
  [BreakingChangeType.ARG_CHANGED_KIND]: {
    pattern: /^(?<type>\w+)\.(?<field>\w+) arg (?<argument>\w+) has changed type /,
    touches: ({ type, field, argument }) =>
      affects(`${type}.${field}(${argument}:)`, `${type}.${field}(${argument}: unset)`),
  },
  [BreakingChangeType.DIRECTIVE_REMOVED]: OF_DIRECTIVE,
  [BreakingChangeType.DIRECTIVE_ARG_REMOVED]: OF_DIRECTIVE,
  [BreakingChangeType.REQUIRED_DIRECTIVE_ARG_ADDED]: {
    pattern: / on directive (?<type>\w+) was added\.$/,
    touches: ({ type }) => affects(`@${type}`),
  },
  [BreakingChangeType.DIRECTIVE_REPEATABLE_REMOVED]: OF_DIRECTIVE,
  [BreakingChangeType.DIRECTIVE_LOCATION_REMOVED]: OF_DIRECTIVE,
  [DangerousChangeType.VALUE_ADDED_TO_ENUM]: OF_MEMBERS,
  [DangerousChangeType.TYPE_ADDED_TO_UNION]: OF_MEMBERS,
  [DangerousChangeType.IMPLEMENTED_INTERFACE_ADDED]: {
    pattern: /^(?<type>\w+) added to interfaces implemented by \w+\.$/,
    touches: ({ type }) => affects(`out ${type}`),
  },
  [DangerousChangeType.OPTIONAL_INPUT_FIELD_ADDED]: {
    ...OF_INPUT,
    touches: ({ type }) => affects(`in ${type}`, `literal ${type}`),
  },
  [DangerousChangeType.OPTIONAL_ARG_ADDED]: {
    pattern: / on (?<type>\w+)\.(?<field>\w+) was added\.$/,
    touches: ({ type, field }) => affects(`${type}.${field}`),
  },
  [DangerousChangeType.ARG_DEFAULT_VALUE_CHANGE]: {
    pattern: /^(?<type>\w+)\.(?<field>\w+) arg (?<argument>\w+) (?:has changed )?defaultValue/,
    touches: ({ type, field, argument }) => affects(`${type}.${field}(${argument}: unset)`),
  },
};
