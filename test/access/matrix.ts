import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from "graphql";
import type { CallerRole } from "../../shared/caller.ts";
import { ENTRY_POINTS, type EntryPoint } from "./entry-points.ts";
import { expectedOutcome, type Outcome, type Step, WHOSE, type Whose } from "./expected.ts";
import {
  type Asked,
  callerWith,
  type Names,
  type Place,
  type System,
  type Values,
  type World,
} from "./world.ts";

/** Documents of the gateway have at most 30 aliases. */
const FIELDS_OF_A_DOCUMENT = 30;
const AT_ONCE = 6;

/** One question of the matrix: may these roles use this field of this row, reached this way? */
export interface Cell {
  roles: readonly CallerRole[];
  whose: Whose;
  place: Place;
  way: string;
  field: string;
  expected: Outcome;
  actual: Outcome;
  /** The answer's text, with what names the row left out. */
  said: string;
}

/** A field at the end of an entry point, as it stands in a document. */
interface Target {
  entry: EntryPoint;
  place: Place;
  field: string;
  steps: readonly Step[];
  text: string;
}
interface Batch {
  entry: EntryPoint;
  place: Place;
  targets: readonly Target[];
  document: string;
  variables: readonly string[];
}

type Schemas = Pick<System, "manufacturing" | "ownership">;

/** Which part of the matrix: whole by default. */
export interface Part {
  roleSets: readonly (readonly CallerRole[])[];
  whose?: readonly Whose[];
  /** Only cells whose steps use one of these fields. */
  using?: readonly string[];
  places?: readonly Place[];
}

/** Asks every cell of the part as it is asked by clients, and answers what came of each. */
export async function runMatrix(
  { names }: Pick<World, "names">,
  system: System,
  part: Part,
): Promise<Cell[]> {
  const { roleSets, whose: asked = WHOSE, using, places } = part;
  const batches = ENTRY_POINTS.flatMap((entry) => batchesOf(system, entry, using)).filter(
    ({ place }) => places?.includes(place) ?? true,
  );
  const work = batches.flatMap((batch) =>
    asked
      .filter((whose) => hasRow(batch, whose))
      .flatMap((whose) => roleSets.map((roles) => ({ batch, whose, roles }))),
  );
  const cells: Cell[][] = [];
  const next = work.values();
  const worker = async () => {
    for (const { batch, whose, roles } of next) {
      const { place, document, variables } = batch;
      const named = Object.entries({
        ...names[whose],
        references: referencesOf(batch.entry, names[whose]),
      }).filter(([name]) => variables.includes(name));
      const values = Object.fromEntries(named);
      const answer = await system.ask(place, callerWith(roles), document, values);
      const said = { roles, whose, answer, names: names[whose] };
      cells.push(batch.targets.map((target, index) => cellOf(target, `f${index}`, said)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return cells.flat();
}

/** Behind a row that is absent, or where none is named, further fields say nothing more. */
function hasRow({ entry, variables }: Batch, whose: Whose): boolean {
  if (variables.length === 0) return whose === "MINE";
  return whose === "MINE" || whose === "OTHERS" || entry.path.length === 1;
}

function cellOf(
  { entry, place, field, steps, text }: Target,
  alias: string,
  { roles, whose, answer, names }: Pick<Cell, "roles" | "whose"> & { answer: Asked; names: Names },
): Cell {
  const expected = expectedOutcome(roles, whose, steps);
  // Ownership answers any connhexId with a stub that holds just it.
  const isEcho = place === "ownership" && text === "connhexId" && entry.finds?.by === "connhexId";
  return {
    roles,
    whose,
    place,
    way: entry.path.join(" > "),
    field,
    expected: isEcho && expected === "ABSENT" ? "VALUE" : expected,
    actual: outcomeOf(answer, alias, field),
    said: withoutNames(textOf(answer, alias), names),
  };
}

export function textOf({ data, errors = [] }: Asked, alias: string): string {
  const own = errors.filter(({ path }) => !path || path[0] === alias);
  return JSON.stringify([data?.[alias] ?? null, own]).replaceAll(`"${alias}"`, '"alias"');
}

/** A text without the names of a row, so that what is said of two rows can be compared. */
export function withoutNames(text: string, names: Names): string {
  const known = Object.entries(names);
  return known.reduce((left, [name, value]) => left.replaceAll(value, `<${name}>`), text);
}

/** What an answer says under an alias of its root: a value, nothing, or why not. */
export function outcomeOf({ data, errors = [] }: Asked, alias: string, field: string): Outcome {
  const error = errors.find(({ path }) => !path || path[0] === alias);
  if (error) {
    const code = String(error.extensions?.code ?? error.message);
    return code === "FORBIDDEN" ? code : `REFUSED ${code}`;
  }
  const leaves = leavesOf(data?.[alias]);
  if (leaves.length === 0) return "ABSENT";
  const isMasked = field.startsWith("OwnerContact.") && !leaves.some(isWholeContact);
  return isMasked ? "MASKED" : "VALUE";
}

/** Contact data as they were given; support sees stars, and of an address the country. */
const isWholeContact = (leaf: unknown) => WHOLE_CONTACT.test(String(leaf));
const WHOLE_CONTACT = /@example\.com$|^\+39|^Via /;

/** Everything that says something. An empty list, a count of none and a null do not. */
function leavesOf(value: unknown): unknown[] {
  if (value === null || value === undefined || value === 0) return [];
  if (typeof value !== "object") return [value];
  return Object.values(value).flatMap(leavesOf);
}

/** A row as the gateway names it to a subgraph. */
function referencesOf({ finds }: EntryPoint, names: Names): Values[] {
  return finds ? [{ __typename: finds.type, [finds.by]: names[finds.named] }] : [];
}

/** The documents that ask for every field at the end of an entry point. */
function batchesOf(schemas: Schemas, entry: EntryPoint, using?: readonly string[]): Batch[] {
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
  "Device.history": "(last: 1)",
  "Device.siblings": "(first: 1)",
  "Owner.devices": "(first: 1)",
  "ProductionGroup.devices": "(first: 1)",
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

function schemasAt({ manufacturing, ownership }: Schemas, place: Place): GraphQLSchema[] {
  const all = [manufacturing.schema, ownership.schema];
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
