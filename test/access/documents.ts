import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type { EntryPoint } from "./entry-points.ts";
import type { Step } from "./expected.ts";
import type { Place, System } from "./world.ts";

/** Documents of the gateway have at most 30 aliases. */
const FIELDS_OF_A_DOCUMENT = 30;

/** A field at the end of an entry point, as it stands in a document. */
export interface Target {
  entry: EntryPoint;
  place: Place;
  field: string;
  steps: readonly Step[];
  text: string;
}
/** Some fields of one entry point, asked in one document. */
export interface Batch {
  entry: EntryPoint;
  place: Place;
  targets: readonly Target[];
  document: string;
  variables: readonly string[];
}

type Schemas = Pick<System, "manufacturing" | "ownership" | "registry">;

/** The documents that ask for every field at the end of an entry point. */
export function batchesOf(schemas: Schemas, entry: EntryPoint, using?: readonly string[]): Batch[] {
  return entry.places.flatMap((place) => {
    const all = targetsOf(schemas, entry, place);
    const targets = using
      ? all.filter(({ steps }) => steps.some((step) => "use" in step && using.includes(step.use)))
      : all;
    const size = isRootNonNull(schemas, entry) ? 1 : FIELDS_OF_A_DOCUMENT;
    return Array.from({ length: Math.ceil(targets.length / size) }, (_, index) => {
      const chunk = targets.slice(index * size, (index + 1) * size);
      return { entry, place, targets: chunk, ...documentOf(chunk) };
    });
  });
}

/** Where the root cannot be null, one refused field would take its neighbours with it. */
function isRootNonNull(schemas: Schemas, { path, finds }: EntryPoint): boolean {
  if (finds) return false;
  return isNonNullType(fieldNamed(schemas, "Query", nameOf(path[0] ?? ""))?.type);
}

const VARIABLE_TYPES: Readonly<Record<string, string>> = {
  references: "[_Any!]!",
  connhexId: "ID!",
  serialNumber: "String!",
  lot: "String!",
  supplierLot: "String!",
  clientName: "String!",
  webhookName: "String!",
};

function documentOf(targets: readonly Target[]): Pick<Batch, "document" | "variables"> {
  const fields = targets.map((target, index) => `f${index}: ${selectionOf(target)}`).join("\n");
  const names = [...fields.matchAll(/\$(\w+)/g)].map(([, name]) => name ?? "");
  const variables = [...new Set(names)];
  const declared = variables.map((name) => `$${name}: ${VARIABLE_TYPES[name] ?? "ID!"}`).join(", ");
  return { document: `query ${declared && `(${declared})`} {\n${fields}\n}`, variables };
}

/** From the root down: `node(id: $deviceId) { ... on Device { lot { __typename } } }`. */
function selectionOf({ entry, text }: Target): string {
  const inner = entry.path.reduceRight((selection, segment, index) => {
    const typed =
      index === 0 && entry.finds ? `... on ${entry.finds.type} { ${selection} }` : selection;
    return `${segment} { ${typed} }`;
  }, text);
  // A page of one, on the side where there is more of what is asked for.
  const isLast = text === "hasPreviousPage" || (text !== "hasNextPage" && /history\(/.test(inner));
  return inner.replaceAll("PAGE", isLast ? "last: 1" : "first: 1");
}

function targetsOf(schemas: Schemas, entry: EntryPoint, place: Place): Target[] {
  const { type, steps } = walk(schemas, entry, place);
  const names = new Set(
    schemasAt(schemas, place).flatMap((schema) => {
      const found = schema.getType(type);
      return isObjectType(found) ? Object.keys(found.getFields()) : [];
    }),
  );
  return [...names].map((name) => {
    const field = `${type}.${name}`;
    const leaf = leafOf(getNamedType(fieldNamed(schemas, type, name)?.type));
    const text = `${name}${ARGUMENTS[field] ?? ""}${leaf.text}`;
    // The ownership that is asked for by id is one that has ended.
    const isFormer = field === "Ownership.owner" && entry.finds?.type === "Ownership";
    const turns: Step[] = isFormer ? [{ turn: "to a former owner" }] : [];
    return {
      entry,
      place,
      field,
      text,
      steps: [...steps, ...turns, { use: field }, ...leaf.steps],
    };
  });
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  "Device.asOf": '(at: "2100-01-01T00:00:00Z")',
  "Station.isHeldBy": '(journal: "the-first-journal")',
  "Client.documents": "(first: 1)",
  "Webhook.deliveries": "(first: 1)",
  "Device.history": "(last: 1)",
  "Device.siblings": "(first: 1)",
  "Owner.devices": "(first: 1)",
  "ProductionGroup.devices": "(first: 1)",
  "Share.devices": "(first: 1)",
  "Recall.devices": "(first: 1)",
  "Recall.candidates": "(first: 1)",
  "Recall.departures": "(first: 1)",
  "RecallScope.breakdown": '(by: "phase")',
  "RecallScope.devices": "(first: 1)",
  "RecallScope.explain": "(serialNumber: $serialNumber)",
};

/** Enough of an object to see that it is there. */
function leafOf(type: GraphQLNamedType | undefined): { text: string; steps: Step[] } {
  if (!type || isLeafType(type)) return { text: "", steps: [] };
  const step = { use: `${type.name}.${type.name === "PageInfo" ? "endCursor" : "nodes"}` };
  if (type.name === "PageInfo") return { text: " { endCursor }", steps: [step] };
  if (!type.name.endsWith("Connection")) return { text: " { __typename }", steps: [] };
  return { text: " { nodes { __typename } }", steps: [step] };
}

/** The type at the end of an entry point, and the steps that lead there. */
function walk(
  schemas: Schemas,
  { path, turns, finds }: EntryPoint,
  place: Place,
): { type: string; steps: Step[] } {
  let type = "Query";
  const steps: Step[] = [];
  for (const [index, segment] of path.entries()) {
    const turn = turns?.[index];
    if (turn) steps.push(turn);
    if (index === 0 && finds) {
      type = finds.type;
      // Ownership's Device is a stub: its fields say whether there is something.
      const isStub = place === "ownership" && type === "Device";
      const isByNode = type === "DeviceRevision" && segment.startsWith("node");
      if (!isStub) steps.push({ find: isByNode ? "DeviceRevision by node" : type });
      continue;
    }
    const name = nameOf(segment);
    steps.push({ use: `${type}.${name}` });
    const named = getNamedType(fieldNamed(schemas, type, name)?.type);
    if (!named) throw new Error(`there is no ${type}.${name}`);
    type = named.name;
  }
  return { type, steps };
}

const nameOf = (segment: string) => segment.replace(/\(.*/s, "");

function schemasAt(schemas: Schemas, place: Place): GraphQLSchema[] {
  const { manufacturing, ownership, registry } = schemas;
  const all = [manufacturing.schema, ownership.schema, registry.schema];
  if (place === "gateway") return all;
  return place === "manufacturing" ? [manufacturing.schema] : [ownership.schema];
}

function fieldNamed(schemas: Schemas, type: string, name: string) {
  for (const schema of schemasAt(schemas, "gateway")) {
    const found = schema.getType(type);
    const field = isObjectType(found) ? found.getFields()[name] : undefined;
    if (field) return field;
  }
  return undefined;
}
