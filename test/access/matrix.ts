import type { CallerRole } from "../../shared/caller.ts";
import { type Batch, batchesOf, type Target } from "./documents.ts";
import { ENTRY_POINTS, type EntryPoint } from "./entry-points.ts";
import { expectedOutcome, type Outcome, WHOSE, type Whose } from "./expected.ts";
import {
  type Asked,
  callerWith,
  type Names,
  type Place,
  type System,
  type Values,
  type World,
} from "./world.ts";

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
