import { createHmac } from "node:crypto";

/** The bytes of a person's key. */
export const PERSON_KEY_BYTES = 32;

/**
 * What an entry says in place of a text about a person: HMAC-SHA256 by the person's key, in hex.
 * Who has neither the key nor the text learns nothing from it; once the key is destroyed, nobody does.
 */
export function commitment(key: Buffer, text: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}

const COMMITTED = /^(?:erased|person):([0-9a-f]{64})$/;

/** What takes the place of a text in its row when it is erased: the row still agrees with its entry. */
export function erasedText(committed: string): string {
  return `erased:${committed}`;
}

/** Whether a text gave way to its commitment later, when its person was erased. */
export function isErasedText(text: string): boolean {
  return text.startsWith(erasedText("")) && commitmentOfErased(text) !== null;
}

/** What names a person in a row from the beginning, where nobody needs to know who he is. */
export function personText(committed: string): string {
  return `person:${committed}`;
}

/** What a text that gave way to its commitment was committed to; null where it is there still. */
export function commitmentOfErased(text: string): string | null {
  return COMMITTED.exec(text)?.[1] ?? null;
}

/** Something is to be said of a person whose key was destroyed. */
export class KeyDestroyed extends Error {
  override name = "KeyDestroyed";

  constructor() {
    super("the key of an erased person cannot commit to a text");
  }
}

/** Texts of one person that are remembered with their commitments. */
const REMEMBERED_TEXTS = 200;

/** Somebody who does things, as entries name him. */
export class Person {
  private readonly commitments = new Map<string, string>();

  constructor(
    readonly subject: string,
    /** null: it was destroyed. */
    private readonly key: Buffer | null,
  ) {}

  /** What entries have as their actor. */
  get actor(): string {
    return this.commit(this.subject);
  }

  /** The commitment to a text that he gave, or that is about him. */
  commit(text: string): string;
  commit(text: string | null): string | null;
  commit(text: string | null): string | null {
    if (text === null) return null;
    const known = this.commitments.get(text);
    if (known !== undefined) return known;
    const erased = commitmentOfErased(text);
    if (erased !== null) return erased;
    if (this.key === null) throw new KeyDestroyed();
    const committed = commitment(this.key, text);
    if (this.commitments.size >= REMEMBERED_TEXTS) this.commitments.clear();
    this.commitments.set(text, committed);
    return committed;
  }
}
