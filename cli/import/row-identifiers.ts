import { type Identifier, identifierOf, type Purpose } from "./columns.ts";
import { ownColumns } from "./mapping/bind-mapping.ts";
import { applyRule } from "./mapping/map-row.ts";
import type { Mapping } from "./mapping/mapping.ts";
import type { FileRow } from "./row.ts";

/** Tells the identifiers of a row as it is read, before it is known what else its columns mean. */
export type RowIdentifiers = (
  row: FileRow,
  tell: (kind: Identifier, value: string) => void,
) => void;

export function rowIdentifiers(mapping: Mapping | null, purpose: Purpose): RowIdentifiers {
  const kinds = new Map<string, Identifier | null>();
  const kindOf = (column: string): Identifier | null => {
    const known = kinds.get(column);
    if (known !== undefined) return known;
    const own = mapping === null || ownColumns(mapping, [column]).length > 0;
    const kind = own ? identifierOf(column, purpose) : null;
    kinds.set(column, kind);
    return kind;
  };
  const rules = (mapping?.rules ?? []).flatMap((rule) => {
    const kind = identifierOf(rule.field, purpose);
    return kind ? [{ kind, bound: { rule, takesDay: false, zone: null } }] : [];
  });
  return ({ cells }, tell) => {
    // The two halves of a row name the same device: that is no repetition.
    let serialNumber: unknown = null;
    const tellOnce = (kind: Identifier, value: unknown) => {
      if (typeof value !== "string" || value === "") return;
      if (kind === "serialNumber" && value === serialNumber) return;
      if (kind === "serialNumber") serialNumber = value;
      tell(kind, value);
    };
    for (const [column, cell] of cells) {
      const kind = kindOf(column);
      if (kind) tellOnce(kind, cell);
    }
    for (const { kind, bound } of rules) {
      const read = applyRule(bound, cells);
      if ("value" in read) tellOnce(kind, read.value);
    }
  };
}
