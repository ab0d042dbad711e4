import { DomainError, type ErrorCode } from "../../../shared/domain-error.ts";
import { assertPlainText, excerpt } from "../../../shared/text.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Outcome } from "../device/device-batch.ts";
import { LIMITS } from "../limits.ts";
import {
  type ComponentFacts,
  type ComponentStatement,
  keyOfName,
  readComponent,
} from "./component.ts";

/** A device or a component as somebody names it: exactly one member is given. */
export interface ItemStatement {
  device?: string | null;
  component?: ComponentStatement | null;
  id?: string | null;
}

/** What a row says of an installation, as it came. */
export interface InstallationStatement {
  parent: ItemStatement;
  child: ItemStatement;
  position?: string | null;
  quantity?: number | null;
  measure?: string | null;
  installedAt?: Timestamp | null;
  source?: string | null;
}

/** An item by what it was named with. `key` is the same for the same name. */
export type NamedItem = { key: string; field: string } & (
  | { kind: "device"; serialNumber: string }
  | { kind: "component"; facts: ComponentFacts }
  | { kind: "id"; id: string }
);

/** How, where and when something is in something. */
export interface Placement {
  /** Empty where nobody said. */
  position: string;
  quantity: number;
  /** null: pieces. */
  measure: string | null;
  /** null: from the moment of recording. */
  installedAt: Timestamp | null;
  source: string | null;
}

export interface InstallationFacts extends Placement {
  parent: NamedItem;
  child: NamedItem;
}

/** Checks every value of a row by itself. Throws what the row is refused with. */
export function readInstallation(row: InstallationStatement, nowMs: number): InstallationFacts {
  const parent = readItem(row.parent, "parent");
  const child = readItem(row.child, "child");
  if (parent.key === child.key) throw withinItself();
  return { parent, child, ...readPlacement(row, nowMs) };
}

export function readPlacement(
  given: Pick<
    InstallationStatement,
    "position" | "quantity" | "measure" | "installedAt" | "source"
  >,
  nowMs: number,
): Placement {
  const text = (name: "position" | "measure" | "source", most: number) =>
    given[name] == null ? null : assertPlainText(name, given[name], most);
  const quantity = given.quantity ?? 1;
  if (!(quantity > 0 && quantity <= LIMITS.quantity)) {
    throw invalid("quantity", `quantity is more than 0 and at most ${LIMITS.quantity}`);
  }
  return {
    position: text("position", LIMITS.positionCharacters) ?? "",
    quantity,
    measure: text("measure", LIMITS.measureCharacters),
    installedAt: readTime("installedAt", given.installedAt ?? null, nowMs),
    source: text("source", LIMITS.fieldCharacters),
  };
}

export function readItem(given: ItemStatement, field: string): NamedItem {
  const { device = null, component = null, id = null } = given;
  if ([device, component, id].filter((one) => one !== null).length !== 1) {
    throw invalid(field, `${field}: give exactly one of device, component and id`);
  }
  if (component !== null) {
    const facts = readComponent(component, field);
    return { kind: "component", key: `component ${keyOfName(facts.name)}`, field, facts };
  }
  if (id !== null) return { kind: "id", key: `id ${id}`, field, id };
  const most = LIMITS.serialNumberCharacters;
  const serialNumber = assertPlainText(`${field}.device`, device, most);
  return { kind: "device", key: `device ${serialNumber}`, field, serialNumber };
}

export function readTime(field: string, given: Timestamp | null, nowMs: number): Timestamp | null {
  if (given === null || Date.parse(given) <= nowMs + LIMITS.effectiveAheadMs) return given;
  throw invalid(field, `${field} ${excerpt(given)} lies more than 24 hours ahead`);
}

/** An installation of the same child in the same place of the same parent, as recorded before. */
export interface KnownInstallation {
  installationId: number;
  ordinal: number;
  quantity: number;
  measure: string | null;
  installedAt: Timestamp;
  removedAt: Timestamp | null;
}

/**
 * Judges a row against what was in this place before, in that order: answers the installation that
 * says the same, or the ordinal of a new one. Throws where both cannot be true.
 */
export function judgeInstallation(
  { quantity, measure, installedAt }: Placement,
  known: readonly KnownInstallation[],
): { same: number } | { ordinal: number } {
  const last = known.at(-1);
  const isSame = (one: KnownInstallation) =>
    one.quantity === quantity &&
    one.measure === measure &&
    (installedAt === null
      ? one === last && one.removedAt === null
      : one.installedAt === installedAt);
  const same = known.find(isSame);
  if (same) return { same: same.installationId };
  if (last?.removedAt === null) {
    const howMuch = `${last.quantity} ${last.measure ?? "pieces"}`;
    throw new DomainError(
      "ALREADY_RECORDED",
      `it is installed there since ${last.installedAt} (${howMuch}): remove it first`,
      { field: "child" },
    );
  }
  if (last?.removedAt && installedAt !== null && installedAt < last.removedAt) {
    throw invalid("installedAt", `it was removed from there at ${last.removedAt}, which is later`);
  }
  return { ordinal: (last?.ordinal ?? 0) + 1 };
}

/** Refuses a removal that was told already, or that lies before the installation. */
export function assertMayRemove(
  known: { installedAt: Timestamp; removedAt: Timestamp | null },
  removedAt: Timestamp | null,
): void {
  if (known.removedAt !== null) {
    throw new DomainError("NOTHING_TO_CHANGE", `it was removed at ${known.removedAt} already`);
  }
  if (removedAt === null || removedAt >= known.installedAt) return;
  throw invalid("removedAt", `it was installed at ${known.installedAt}, which is later`);
}

export function withinItself(): DomainError {
  return invalid("child", "nothing is installed within itself");
}

/** The answer to one row. A refusal is data here: the other rows stand. */
export interface InstallationVerdict {
  index: number;
  outcome: Outcome;
  /** null where the row was refused. */
  installationId: number | null;
  code: ErrorCode | null;
  message: string | null;
  field: string | null;
}

export interface InstallationBatch {
  verdicts: InstallationVerdict[];
  recorded: number;
  unchanged: number;
  refused: number;
}

/** The verdicts of a batch in the order of its rows, counted. */
export function installationBatchOf(verdicts: InstallationVerdict[]): InstallationBatch {
  const count = (outcome: Outcome) => verdicts.filter((row) => row.outcome === outcome).length;
  return {
    verdicts,
    recorded: count("RECORDED"),
    unchanged: count("UNCHANGED"),
    refused: count("REFUSED"),
  };
}

/** The verdict that says a refusal. Anything but a refusal is a fault, and goes on its way. */
export function refusedInstallation(index: number, error: unknown): InstallationVerdict {
  if (!(error instanceof DomainError)) throw error;
  const { code, message, details } = error;
  const field = typeof details.field === "string" ? details.field : null;
  return { index, outcome: "REFUSED", installationId: null, code, message, field };
}

function invalid(field: string, message: string): DomainError {
  return new DomainError("INVALID_VALUE", message, { field });
}
