import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getArgumentValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  visit,
} from "graphql";
import { DomainError } from "../../shared/domain-error.ts";
import type { FollowedValue } from "../../shared/graph/subgraph-service.ts";

/** What a subscription asks for at each event: its selection of one device. */
export interface EventQuery {
  document: DocumentNode;
  /** The variable that takes the device's serial number. */
  serialNumber: string;
  /** The field of the answer that holds the device. */
  field: string;
}

/**
 * The query that answers one event of a valid subscription:
 * `subscription { a: deviceChanged(…) { x } }` → `query ($serialNumber) { a: device(…) { x } }`.
 */
export function eventQuery(document: DocumentNode, asked: OperationDefinitionNode): EventQuery {
  const root = rootOf(asked);
  const { arguments: _, ...kept } = root;
  const serialNumber = freeName(asked);
  const device: FieldNode = {
    ...kept,
    alias: root.alias ?? { kind: Kind.NAME, value: root.name.value },
    name: { kind: Kind.NAME, value: "device" },
    arguments: [
      {
        kind: Kind.ARGUMENT,
        name: { kind: Kind.NAME, value: "serialNumber" },
        value: variable(serialNumber),
      },
    ],
  };
  const fragments = document.definitions.filter(
    (one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION,
  );
  const used = variablesIn([device, ...fragments]);
  const operation: OperationDefinitionNode = {
    ...asked,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: [
      ...(asked.variableDefinitions ?? []).filter((one) => used.has(one.variable.name.value)),
      { kind: Kind.VARIABLE_DEFINITION, variable: variable(serialNumber), type: TEXT },
    ],
    selectionSet: { kind: Kind.SELECTION_SET, selections: [device] },
  };
  return {
    document: { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] },
    serialNumber,
    field: (root.alias ?? root.name).value,
  };
}

/** What a subscription follows. */
export function followedValue(
  schema: GraphQLSchema,
  asked: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): FollowedValue {
  const root = rootOf(asked);
  const field = schema.getSubscriptionType()?.getFields()[root.name.value];
  if (!field) throw new Error(`there is no subscription ${root.name.value}`);
  const { field: name, value } = getArgumentValues(field, root, variables);
  return { field: String(name), value: String(value) };
}

/** The specification lets a subscription have one root field; ours stands there plainly. */
function rootOf({ selectionSet, directives }: OperationDefinitionNode): FieldNode {
  const [root, second] = selectionSet.selections;
  const isPlain =
    root?.kind === Kind.FIELD && !root.directives?.length && root.name.value === "deviceChanged";
  if (isPlain && !second && !directives?.length) return root;
  throw new DomainError(
    "BAD_USER_INPUT",
    "a subscription asks for deviceChanged alone, without a fragment or a directive around it",
  );
}

const TEXT = {
  kind: Kind.NON_NULL_TYPE,
  type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: "String" } },
} as const;

function variable(name: string) {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } as const;
}

function freeName({ variableDefinitions = [] }: OperationDefinitionNode): string {
  const taken = new Set(variableDefinitions.map((one) => one.variable.name.value));
  let name = "changedSerialNumber";
  while (taken.has(name)) name += "_";
  return name;
}

function variablesIn(nodes: readonly (FieldNode | FragmentDefinitionNode)[]): Set<string> {
  const used = new Set<string>();
  for (const node of nodes) visit(node, { Variable: ({ name }) => void used.add(name.value) });
  return used;
}
