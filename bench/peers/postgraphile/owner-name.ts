import type { PgSelectSingleStep } from "postgraphile/@dataplan/pg";
import { lambda } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { SealedOwner } from "../shared/owner-contact.ts";

/**
 * An owner's name is sealed, so PostgreSQL cannot give it: a field of JavaScript on top of the
 * columns of his key and contact, which are joined into the statement that reads the owner.
 */
export function ownerName(openName: (owner: SealedOwner) => string | null) {
  const open = ([ownerId, wrappedKey, ciphertext]: readonly [unknown, unknown, unknown]) =>
    openName({
      ownerId: Number(ownerId),
      wrappedKey: bytes(wrappedKey),
      ciphertext: bytes(ciphertext),
    });
  return extendSchema(() => ({
    typeDefs: gql`
      extend type Owner {
        displayName: String
      }
    `,
    objects: {
      Owner: {
        plans: {
          displayName($owner: PgSelectSingleStep) {
            const $key = $owner.singleRelation("ownerKeyByTheirTenantAndOwnerId");
            const $contact = $owner.singleRelation("ownerContactByTheirTenantAndOwnerId");
            const $sealed = [
              $owner.get("owner_id"),
              $key.get("wrapped_key"),
              $contact.get("ciphertext"),
            ] as const;
            return lambda($sealed, open, true);
          },
        },
      },
    },
  }));
}

function bytes(value: unknown): Buffer | null {
  return Buffer.isBuffer(value) ? value : null;
}
