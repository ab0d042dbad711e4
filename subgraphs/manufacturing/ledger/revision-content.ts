import type { Person } from "../../../shared/ledger-store/commitment.ts";
import { contentHash } from "../../../shared/ledger-store/content-fields.ts";
import type { Entry } from "../../../shared/ledger-store/entry.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { type Attributes, RECORD_FIELDS } from "../device/device-record.ts";
import type { RecordAsOf, Revision } from "../device/device-revision.ts";

/** What of a revision its content says beside the record; the entry itself says the rest. */
const FACTS = ["changed", "effectiveAt", "reason", "source"] as const;
export interface RevisionFacts {
  changed: readonly string[];
  /** Null where it is from when it was recorded on. */
  effectiveAt: Timestamp | null;
  reason: string | null;
  source: string | null;
}

/** Texts that may name people: in their place stands what their author has committed to. */
const COMMITTED: readonly string[] = ["operator", "reason"];

/** The members of a content, in the order in which canonical JSON has them. */
const MEMBERS = [...RECORD_FIELDS, "attributes" as const, ...FACTS].sort().map((member) => ({
  member,
  name: `${JSON.stringify(member)}:`,
  isFact: (FACTS as readonly string[]).includes(member),
  isCommitted: COMMITTED.includes(member),
}));

/**
 * The content of a revision: canonical JSON (RFC 8785) of all that it says, without members that have
 * no value, so that a field that comes later changes no content of before. By hand, for a factory
 * records thousands of devices a second: its members are in order, and JSON.stringify writes texts
 * and numbers as the standard wants them.
 */
export function revisionContent(record: RecordAsOf, facts: RevisionFacts, person: Person): string {
  let text = "";
  for (const { member, name, isFact, isCommitted } of MEMBERS) {
    const value = isFact
      ? facts[member as keyof RevisionFacts]
      : record[member as keyof RecordAsOf];
    if (value === null || value === undefined) continue;
    text += text === "" ? name : `,${name}`;
    if (isCommitted) text += `"${person.commit(value as string)}"`;
    else if (member === "attributes") text += attributesText(value as Attributes);
    else text += JSON.stringify(value);
  }
  return `{${text}}`;
}

function attributesText(attributes: Attributes): string {
  const members = Object.keys(attributes)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${JSON.stringify(attributes[name])}`);
  return `{${members.join(",")}}`;
}

/** What names a revision in the log. */
export function revisionEntryId(deviceId: number, revision: number): string {
  return `revision/${deviceId}/${revision}`;
}

/** A revision as its row has it. */
export type RevisionRow = Omit<Revision, "at">;

/** The content of a row. When a revision takes effect is left out where it is when it was recorded. */
export function contentOfRow(row: RevisionRow, person: Person): string {
  const effectiveAt = row.effectiveAt === row.recordedAt ? null : row.effectiveAt;
  return revisionContent(row, { ...row, effectiveAt }, person);
}

/** The entry that a row must have. */
export function entryOfRow(tenant: string, row: RevisionRow, person: Person): Entry {
  return {
    actor: person.actor,
    at: row.recordedAt,
    content: contentHash(contentOfRow(row, person)),
    id: revisionEntryId(row.deviceId, row.revision),
    tenant,
    type: "REVISION",
  };
}
