import { integerAt, type RowBatch } from "../../../shared/export/row-batch.ts";
import type { ContactCipher } from "../owner/contact-cipher.ts";
import type { ContactView } from "../owner/contact-view.ts";
import { viewContact } from "../owner/contact-view.ts";
import type { PersonalData } from "../owner/owner.ts";

/** Behind the columns that are read as they are: the owner, his key, his data, his country. */
export const SEALED_COLUMNS = 4;

/** Where a column of the file comes from. */
export type Origin = { read: number } | { people: keyof PersonalData };

export interface OpenPeopleOptions {
  tenant: string;
  contacts: Pick<ContactCipher, "open">;
  view: ContactView;
  /** The columns of the file, in order. */
  origins: readonly Origin[];
  /** How many columns are read as they are. */
  readColumns: number;
}

/** Opens the sealed data of each row's owner; null where his key was destroyed. */
export async function* openPeople(
  batches: AsyncIterable<RowBatch>,
  options: OpenPeopleOptions,
): AsyncGenerator<RowBatch> {
  const { origins, readColumns } = options;
  const columns = readColumns + SEALED_COLUMNS;
  for await (const { rows, bytes, starts, lengths } of batches) {
    const opened = {
      starts: new Int32Array(rows * origins.length),
      lengths: new Int32Array(rows * origins.length),
    };
    const texts: Buffer[] = [];
    let end = bytes.length;
    for (let row = 0; row < rows; row++) {
      const from = row * columns;
      const sealed = { bytes, starts, lengths, place: from + readColumns };
      const person = personOf(sealed, options);
      for (const [index, origin] of origins.entries()) {
        const to = row * origins.length + index;
        if ("read" in origin) {
          opened.starts[to] = starts[from + origin.read] as number;
          opened.lengths[to] = lengths[from + origin.read] as number;
          continue;
        }
        const text = person[origin.people];
        const encoded = text === null ? null : Buffer.from(text);
        opened.starts[to] = end;
        opened.lengths[to] = encoded?.length ?? -1;
        if (encoded) {
          texts.push(encoded);
          end += encoded.length;
        }
      }
    }
    yield { rows, bytes: Buffer.concat([bytes, ...texts]), ...opened };
  }
}

const NO_CONTACT = { email: null, phone: null, address: null } as const;
const ERASED = { displayName: null, ...NO_CONTACT } as const;

function personOf(
  { bytes, starts, lengths, place }: Omit<RowBatch, "rows"> & { place: number },
  { tenant, contacts, view }: OpenPeopleOptions,
): Record<keyof PersonalData, string | null> {
  const part = (column: number) => {
    const start = starts[place + column] as number;
    const length = lengths[place + column] as number;
    return length < 0 ? null : Buffer.from(bytes.subarray(start, start + length));
  };
  const [wrappedKey, ciphertext] = [part(1), part(2)];
  if (!wrappedKey || !ciphertext) return ERASED;
  const start = starts[place] as number;
  // Ids stay below 2^53.
  const ownerId = integerAt(bytes, start) * 2 ** 32 + (integerAt(bytes, start + 4) >>> 0);
  const data = contacts.open({ tenant, ownerId }, { wrappedKey, ciphertext });
  const country = part(3)?.toString("utf8") ?? null;
  const contact = viewContact(data, country, view);
  return { displayName: data.displayName, ...(contact ?? NO_CONTACT) };
}
