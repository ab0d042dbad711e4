import { DomainError } from "../../../shared/domain-error.ts";
import { pemOf } from "../../../shared/signing/public-signing-key.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import { type RegisteredKey, readSigningKey, type SigningKeyText } from "./signing-key.ts";

/** Registers a key. The same key with the same words is there already, and answered as it is. */
export async function addSigningKey(
  { write, caller, signingKeys }: Context,
  given: SigningKeyText,
): Promise<RegisteredKey> {
  const read = readSigningKey(given);
  const { keyId, algorithm, name } = read;
  const { role, validFrom = null, validTo = null } = given;
  const key = { keyId, algorithm, name, role, validFrom, validTo, publicKey: pemOf(read) };
  const isNew = await write(async (tx) => {
    const known = await tx.signingKeys.all();
    if (known.length >= LIMITS.signingKeys && !known.some((one) => one.keyId === keyId)) {
      const text = `a tenant has at most ${LIMITS.signingKeys} signing keys`;
      throw new DomainError("LIMIT_EXCEEDED", text);
    }
    return tx.signingKeys.add({ ...key, addedBy: caller.subject });
  });
  const row = await signingKeys.byId.load(keyId);
  if (!row) throw new Error("a signing key was not written");
  if (!isNew) assertIsSame(row, key);
  return row;
}

/** A key that could be registered anew would be somebody else's all of a sudden. */
function assertIsSame(
  row: RegisteredKey,
  given: Pick<RegisteredKey, "name" | "role" | "validTo"> & { validFrom: string | null },
): void {
  const { name, role, validFrom, validTo } = given;
  const isSame =
    row.name === name &&
    row.role === role &&
    row.validTo === validTo &&
    (validFrom === null || row.validFrom === validFrom);
  if (isSame) return;
  const text = `this key is registered already, as ${row.name} (${row.role}), and stays so: make another one`;
  throw new DomainError("INVALID_VALUE", text, { field: "publicKey" });
}
