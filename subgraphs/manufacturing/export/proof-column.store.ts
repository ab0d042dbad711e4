import type { ExportColumn } from "../../../shared/export/export-column.ts";
import type { ExportSource, SelectedColumn } from "../../../shared/export/export-rows.store.ts";
import type { RowBatch } from "../../../shared/export/row-batch.ts";
import { provenText } from "../proof/made-proof.ts";
import type { RevisionProofs } from "../proof/revision-proofs.store.ts";

/** The column of each row's proof: of the very revision that the row shows. */
export const PROOF = "proof";

/** What names the revision of row `d`, behind the columns of the file. */
const NAMING: readonly SelectedColumn[] = [
  { name: "provenDevice", type: "text", sql: "d.device_id::text" },
  { name: "provenRevision", type: "text", sql: "d.revision::text" },
];

/** Puts the proofs in where the column is: the others are read as they are. */
export function withProofs(
  columns: readonly ExportColumn[],
  read: readonly SelectedColumn[],
  newProofs: () => RevisionProofs,
): Pick<ExportSource, "columns" | "opened"> {
  const place = columns.findIndex(({ name }) => name === PROOF);
  return {
    columns: [...read, ...NAMING],
    opened: {
      columns,
      open: (batches) => proven(batches, { place, read: read.length, newProofs }),
    },
  };
}

interface Places {
  /** Where the proofs stand among the columns of the file. */
  place: number;
  /** How many columns of the file are read. */
  read: number;
  /** Proofs of a batch alone: what they were made of is not kept for the next one. */
  newProofs: () => RevisionProofs;
}

async function* proven(
  batches: AsyncIterable<RowBatch>,
  { place, read, newProofs }: Places,
): AsyncGenerator<RowBatch> {
  const readAll = read + NAMING.length;
  for await (const batch of batches) {
    const proofs = await proofsOf(batch, { first: read, columns: readAll }, newProofs());
    const columns = read + 1;
    const starts = new Int32Array(batch.rows * columns);
    const lengths = new Int32Array(batch.rows * columns);
    let end = batch.bytes.length;
    for (let row = 0; row < batch.rows; row++) {
      for (let column = 0; column < columns; column++) {
        const to = row * columns + column;
        if (column === place) {
          const proof = proofs[row];
          starts[to] = end;
          lengths[to] = proof?.length ?? -1;
          end += proof?.length ?? 0;
          continue;
        }
        const from = row * readAll + (column < place ? column : column - 1);
        starts[to] = batch.starts[from] as number;
        lengths[to] = batch.lengths[from] as number;
      }
    }
    const bytes = Buffer.concat([batch.bytes, ...proofs.flatMap((proof) => proof ?? [])]);
    yield { rows: batch.rows, bytes, starts, lengths };
  }
}

/** The proof of each row; null where it is too new. A row that is not what was logged ends the export. */
function proofsOf(
  { rows, bytes, starts, lengths }: RowBatch,
  { first, columns }: { first: number; columns: number },
  proofs: RevisionProofs,
): Promise<(Buffer | null)[]> {
  const numberAt = (place: number) => {
    const start = starts[place] as number;
    return Number(
      Buffer.from(bytes.subarray(start, start + (lengths[place] as number))).toString(),
    );
  };
  return Promise.all(
    Array.from({ length: rows }, async (_, row) => {
      const place = row * columns + first;
      const [deviceId, revision] = [numberAt(place), numberAt(place + 1)];
      const proof = await proofs.of.load({ deviceId, revision });
      return proof.state === "NOT_LOGGED_YET" ? null : Buffer.from(provenText(proof));
    }),
  );
}
