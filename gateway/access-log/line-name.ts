import { createHmac, hkdfSync } from "node:crypto";
import { type Person, personText } from "../../shared/ledger-store/commitment.ts";
import type { AccessLine } from "./access-line.ts";

/**
 * Whether somebody asks as an owner and as nothing else. Whoever works for the maker as well
 * answers for what he saw there, by his name.
 */
export function isOwnerAlone({ roles }: Pick<AccessLine, "roles">): boolean {
  return roles.length > 0 && roles.every((role) => role === "owner");
}

/** How a line names who asked: staff by subject, an owner by nothing that is his. */
export function subjectInLine(
  line: Pick<AccessLine, "subject" | "roles">,
  person: Pick<Person, "actor">,
): string {
  return isOwnerAlone(line) ? personText(person.actor) : line.subject;
}

const PURPOSE = "tracegraph access log: owners";
const KEY_BYTES = 32;

/**
 * By what name the key of a line's caller is kept. An owner has a key of his own, apart from that
 * which the same subject has where it works for the maker: it can be destroyed, and the other one
 * stays. It is kept under a hash, for whoever is erased may go on asking until his token ends: then
 * he gets a new key, and his subject must not come back with it.
 */
export class KeyNames {
  private readonly key: Buffer | null;

  /** `encryptionKey`: of the gateway. Without one whoever has the table can try subjects. */
  constructor(encryptionKey: Buffer | null = null) {
    this.key =
      encryptionKey && Buffer.from(hkdfSync("sha256", encryptionKey, "", PURPOSE, KEY_BYTES));
  }

  of(line: Pick<AccessLine, "tenant" | "subject" | "roles">): string {
    const { tenant, subject } = line;
    return isOwnerAlone(line) ? `owner:${hashOf(this.key, tenant, subject)}` : subject;
  }

  /** What an owner's key may be kept under, behind `owner:`: also from before there was a key for it. */
  hashes(tenant: string, subject: string): string[] {
    const keyed = this.key ? [hashOf(this.key, tenant, subject)] : [];
    return [...keyed, hashOf(null, tenant, subject)];
  }
}

function hashOf(key: Buffer | null, tenant: string, subject: string): string {
  return createHmac("sha256", key ?? PURPOSE)
    .update(`${tenant}\0${subject}`)
    .digest("hex");
}
