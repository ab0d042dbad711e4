/** A query plan as the planner writes it: the parts of it that are executed here. */
export type PlanNode =
  | FetchNode
  | BatchFetchNode
  | FlattenNode
  | ConditionNode
  | { kind: "Sequence" | "Parallel"; nodes: readonly PlanNode[] };

interface Asking {
  serviceName: string;
  operation: string;
  operationKind?: "query" | "mutation" | "subscription";
  variableUsages?: readonly string[];
}
interface Rewriting {
  inputRewrites?: readonly unknown[] | null;
  outputRewrites?: readonly unknown[] | null;
}

/** Asks a subgraph's root fields or, where it requires keys, its entities. */
export interface FetchNode extends Asking, Rewriting {
  kind: "Fetch";
  requires?: readonly Requirement[] | null;
}
/** Asks one subgraph for the entities of several places at once, each under an alias. */
export interface BatchFetchNode extends Asking {
  kind: "BatchFetch";
  entityBatch: { aliases: readonly BatchAlias[] };
}
export interface BatchAlias extends Rewriting {
  alias: string;
  representationsVariableName: string;
  paths: readonly (readonly PathSegment[])[];
  requires?: readonly Requirement[] | null;
}
/** Joins what `node` answers to the objects at `path`. */
export interface FlattenNode {
  kind: "Flatten";
  path: readonly PathSegment[];
  node: PlanNode;
}
export interface ConditionNode {
  kind: "Condition";
  condition: string;
  ifClause?: PlanNode | null;
  elseClause?: PlanNode | null;
}

/** `@`: each item of a list. */
export type PathSegment = "@" | { Field: string } | { TypeCondition: readonly string[] };

/** What an entity's representation is made of. */
export type Requirement =
  | { kind: "Field"; name: string; alias?: string; selections?: readonly Requirement[] }
  | { kind: "InlineFragment"; typeCondition: string; selections: readonly Requirement[] };

/** A plan that is not executed here, but by the planner's own executor. */
export class UnsupportedPlan extends Error {
  override name = "UnsupportedPlan";
}
