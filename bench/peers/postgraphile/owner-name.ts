import type { PgSelectSingleStep } from "postgraphile/@dataplan/pg";
import { context, lambda } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import type { SealedOwner } from "../shared/owner-contact.ts";

declare global {
  namespace Grafast {
    interface Context {
      /** The names that a request has opened, by owner; those of many devices are the same. */
      ownerNames: Map<number, string | null>;
    }
  }
}

type Sealed = readonly [
  ownerId: unknown,
  wrappedKey: unknown,
  ciphertext: unknown,
  names: Map<number, string | null>,
];

/**
 * An owner's name is sealed, so PostgreSQL cannot give it: a field of JavaScript on top of the
 * columns of his key and contact, which are joined into the statement that reads the owner.
 */
export function ownerName(openName: (owner: SealedOwner) => string | null) {
  const open = ([id, wrappedKey, ciphertext, names]: Sealed) => {
    if (id == null) return null;
    const ownerId = Number(id);
    let name = names.get(ownerId);
    if (name === undefined) {
      name = openName({ ownerId, wrappedKey: bytes(wrappedKey), ciphertext: bytes(ciphertext) });
      names.set(ownerId, name);
    }
    return name;
  };
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
              context().get("ownerNames"),
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
