import { DomainError } from "../../../shared/domain-error.ts";
import { assertPlainText, excerpt } from "../../../shared/text.ts";
import { LIMITS } from "../limits.ts";

/** What a component may be named by, as it came. */
export interface ComponentStatement {
  supplier: string;
  partNumber: string;
  serialNumber?: string | null | undefined;
  supplierLot?: string | null | undefined;
}

/** What names one component of a tenant: its maker's word for a piece, or else for a lot. */
export interface ComponentName {
  supplier: string;
  partNumber: string;
  kind: "serialNumber" | "supplierLot";
  value: string;
}

/** A component as somebody names it, with every value found fit. */
export interface ComponentFacts {
  name: ComponentName;
  /** null where nobody said: that says nothing against a lot that is known. */
  supplierLot: string | null;
}

const TEXTS = {
  supplier: LIMITS.fieldCharacters,
  partNumber: LIMITS.fieldCharacters,
  serialNumber: LIMITS.serialNumberCharacters,
  supplierLot: LIMITS.fieldCharacters,
} as const;

/** Checks what names a component. `field` is where it stands, like `child`. */
export function readComponent(statement: ComponentStatement, field: string): ComponentFacts {
  const read = (name: keyof typeof TEXTS) => {
    const value = statement[name];
    return value == null ? null : assertPlainText(`${field}.component.${name}`, value, TEXTS[name]);
  };
  const supplier = read("supplier");
  const partNumber = read("partNumber");
  const serialNumber = read("serialNumber");
  const supplierLot = read("supplierLot");
  const value = serialNumber ?? supplierLot;
  if (supplier === null || partNumber === null || value === null) {
    throw new DomainError(
      "FIELD_REQUIRED",
      "a component has a supplier, a part number, and a serial number or a supplier lot",
      { field: `${field}.component` },
    );
  }
  const kind = serialNumber === null ? "supplierLot" : "serialNumber";
  return { name: { supplier, partNumber, kind, value }, supplierLot };
}

/** A text by which the same name is known again. */
export function keyOfName({ supplier, partNumber, kind, value }: ComponentName): string {
  return JSON.stringify([supplier, partNumber, kind, value]);
}

/** Refuses another lot than the one that is recorded: what is recorded never changes. */
export function assertLotIsKnown(
  { name, supplierLot }: ComponentFacts,
  known: { supplierLot: string | null },
  field: string,
): void {
  if (supplierLot === null || supplierLot === known.supplierLot) return;
  const piece = `${excerpt(name.value)} of ${excerpt(name.supplier)}`;
  const lot = known.supplierLot === null ? "without a lot" : `of lot ${excerpt(known.supplierLot)}`;
  throw new DomainError(
    "ALREADY_RECORDED",
    `${piece} is recorded ${lot}, not of ${excerpt(supplierLot)}`,
    { field: `${field}.component.supplierLot` },
  );
}

/** What a component is looked up by. */
export interface ComponentFilter {
  supplier?: string | null | undefined;
  partNumber?: string | null | undefined;
  serialNumber?: string | null | undefined;
  supplierLot?: string | null | undefined;
}

/** The filter with every value found fit; refuses one that would ask for all components. */
export function readFilter(given: ComponentFilter): Required<ComponentFilter> {
  const read = (name: keyof typeof TEXTS) =>
    given[name] == null ? null : assertPlainText(name, given[name], TEXTS[name]);
  const filter = {
    supplier: read("supplier"),
    partNumber: read("partNumber"),
    serialNumber: read("serialNumber"),
    supplierLot: read("supplierLot"),
  };
  if (Object.values(filter).some((value) => value !== null)) return filter;
  throw new DomainError(
    "BAD_USER_INPUT",
    "give at least one of supplier, partNumber, serialNumber and supplierLot",
  );
}
