import type { Caller } from "../../../shared/caller.ts";
import { chosenColumns } from "../../../shared/export/export-column.ts";
import type {
  ExportRows,
  ExportSource,
  SelectedColumn,
} from "../../../shared/export/export-rows.store.ts";
import type {
  ExportBody,
  ExportQuestion,
  RequestFacts,
} from "../../../shared/graph/subgraph-service.ts";
import type { ContactCipher } from "../owner/contact-cipher.ts";
import { contactViewOf } from "../owner/contact-view.ts";
import { assertMayExport, ownershipColumns } from "./export-columns.ts";
import { type Origin, openPeople } from "./open-people.ts";

const SQL: Readonly<Record<string, string>> = {
  connhexId: "r.connhex_id",
  serialNumber: "i.serial_number",
  from: "r.at",
  to: "n.at",
  // As endOf of the rules says it.
  endedBy:
    "CASE n.kind WHEN 'TRANSFERRED' THEN 'TRANSFER' WHEN 'RELEASED' THEN 'RELEASE' WHEN 'REGISTERED' THEN 'RELEASE' END",
  ownerKind: "w.kind",
  ownerCountry: "w.country",
  // As globalId says it.
  ownerId: `rtrim(translate(encode(convert_to('Owner:' || w.owner_id, 'UTF8'), 'base64'), '+/', '-_'), '=')`,
};

const FROM = `FROM ownership_revision r
  JOIN owner w ON w.tenant = r.tenant AND w.owner_id = r.owner_id
  LEFT JOIN ownership_revision n
    ON n.tenant = r.tenant AND n.connhex_id = r.connhex_id AND n.revision = r.revision + 1
  LEFT JOIN cloud_identity i ON i.tenant = r.tenant AND i.connhex_id = r.connhex_id`;
const FROM_SEALED = `${FROM}
  LEFT JOIN owner_key k ON k.tenant = w.tenant AND k.owner_id = w.owner_id
  LEFT JOIN owner_contact c ON c.tenant = w.tenant AND c.owner_id = w.owner_id`;
const SEALED: readonly SelectedColumn[] = [
  { name: "sealedOwner", type: "integer", sql: "w.owner_id" },
  { name: "sealedKey", type: "text", sql: "k.wrapped_key" },
  { name: "sealedData", type: "text", sql: "c.ciphertext" },
  { name: "sealedCountry", type: "text", sql: "w.country" },
];

/** Begins an export of who has had which device, as far as it is the caller's to read. */
export function exportOwnerships(
  rows: ExportRows,
  contacts: ContactCipher,
  {
    caller,
    question,
    request,
  }: { caller: Caller; question: ExportQuestion; request: RequestFacts },
): Promise<ExportBody> {
  assertMayExport(question.what, caller.roles);
  const source = sourceFor(caller, question.columns, contacts);
  return rows.begin(caller, question, { ...request, sourceOf: async () => source });
}

function sourceFor(
  { tenant, roles }: Caller,
  asked: readonly string[] | null,
  contacts: ContactCipher,
): ExportSource {
  const columns = chosenColumns(ownershipColumns(roles), asked);
  const read: SelectedColumn[] = [];
  const origins = columns.map(({ name, type, people }): Origin => {
    if (people !== null) return { people };
    const sql = SQL[name];
    if (sql === undefined) throw new Error(`${name} has no column`);
    return { read: read.push({ name, type, sql }) - 1 };
  });
  const rows = {
    orderBy: "r.connhex_id, r.revision",
    parameters: [tenant],
    device: { connhexId: "r.connhex_id", serialNumber: "i.serial_number" },
  };
  const holdsPeople = columns.some(({ people }) => people !== null);
  if (!holdsPeople) {
    return { ...rows, columns: read, from: `${FROM} WHERE r.tenant = $1`, isKept: true };
  }
  const view = contactViewOf(
    roles.filter((role) => role !== "owner"),
    false,
  );
  const options = { tenant, contacts, view, origins, readColumns: read.length };
  return {
    ...rows,
    columns: [...read, ...SEALED],
    from: `${FROM_SEALED} WHERE r.tenant = $1`,
    // Erasing an owner must find nothing of him in a file of ours.
    isKept: false,
    opened: { columns, open: (batches) => openPeople(batches, options) },
  };
}
