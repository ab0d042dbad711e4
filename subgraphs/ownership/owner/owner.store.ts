import type DataLoader from "dataloader";
import { loadBy, loadManyBy } from "../../../shared/load-by.ts";
import { cutPage, type Page, type PageOf } from "../../../shared/page.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { SealedContact } from "./contact-cipher.ts";
import type { OwnerKind } from "./owner.ts";

/** An owner as read: his personal data still sealed, and null where his key was destroyed. */
export interface OwnerRow {
  ownerId: number;
  kind: OwnerKind;
  country: string | null;
  subject: string | null;
  wrappedKey: Buffer | null;
  ciphertext: Buffer | null;
}

/** For statements that join an owner as `w`: his columns and his tables. */
export const OWNER_COLUMNS = `w.owner_id AS "ownerId", w.kind, w.country, w.subject,
  k.wrapped_key AS "wrappedKey", c.ciphertext`;
export const OWNER_TABLES = `
  LEFT JOIN owner_key k ON k.tenant = w.tenant AND k.owner_id = w.owner_id
  LEFT JOIN owner_contact c ON c.tenant = w.tenant AND c.owner_id = w.owner_id`;

const BY_ID = statement(
  "owner_by_id",
  `SELECT ${OWNER_COLUMNS} FROM owner w ${OWNER_TABLES}
   WHERE w.tenant = $1 AND w.owner_id = ANY($2::bigint[])`,
);
const BY_SUBJECT = statement(
  "owner_by_subject",
  `SELECT ${OWNER_COLUMNS} FROM owner w ${OWNER_TABLES}
   WHERE w.tenant = $1 AND w.subject = ANY($2::text[])`,
);
const CREATE = statement(
  "owner_create",
  `WITH made AS (
     INSERT INTO owner (tenant, owner_id, kind, country, subject, created_at)
     VALUES ($1, $2, $3, $4, $5, now())
     ON CONFLICT (tenant, subject) WHERE subject IS NOT NULL DO NOTHING
     RETURNING tenant, owner_id
   ), key AS (
     INSERT INTO owner_key (tenant, owner_id, wrapped_key) SELECT tenant, owner_id, $6 FROM made
   ), contact AS (
     INSERT INTO owner_contact (tenant, owner_id, ciphertext, changed_at)
     SELECT tenant, owner_id, $7, now() FROM made
   )
   SELECT owner_id AS "ownerId" FROM made`,
);
const ID_OF_SUBJECT = statement(
  "owner_id_of_subject",
  `SELECT owner_id AS "ownerId" FROM owner WHERE tenant = $1 AND subject = $2`,
);
const HOLD_LIVING = statement(
  "owner_hold_living",
  `SELECT owner_id FROM owner WHERE tenant = $1 AND owner_id = $2 AND erased_at IS NULL FOR SHARE`,
);
/** The key stays as it is: only a row that has one can be read or written. */
const LOCK_CONTACT = statement(
  "owner_lock_contact",
  `SELECT k.wrapped_key AS "wrappedKey", c.ciphertext
   FROM owner_contact c JOIN owner_key k ON k.tenant = c.tenant AND k.owner_id = c.owner_id
   WHERE c.tenant = $1 AND c.owner_id = $2 FOR UPDATE OF c`,
);
const CHANGE_CONTACT = statement(
  "owner_change_contact",
  "UPDATE owner_contact SET ciphertext = $3, changed_at = now() WHERE tenant = $1 AND owner_id = $2",
);
const COUNT_DEVICES = statement(
  "owner_count_devices",
  `SELECT owner_id AS "ownerId", count(*) AS count FROM ownership
   WHERE tenant = $1 AND owner_id = ANY($2::bigint[]) GROUP BY owner_id`,
);
const pageOfDevices = (direction: "ASC" | "DESC") =>
  statement(
    `owner_devices_${direction.toLowerCase()}`,
    `SELECT "ownerId", "ownershipId", "connhexId" FROM (
       SELECT owner_id AS "ownerId", ownership_id AS "ownershipId", connhex_id AS "connhexId",
         row_number() OVER (PARTITION BY owner_id ORDER BY ownership_id ${direction}) AS place
       FROM ownership
       WHERE tenant = $1 AND owner_id = ANY($2::bigint[])
         AND ownership_id > $3 AND ownership_id < $4) AS ranked
     WHERE place <= $5 ORDER BY "ownerId", place`,
  );
const DEVICES_FORWARD = pageOfDevices("ASC");
const DEVICES_BACKWARD = pageOfDevices("DESC");

/** One device of an owner's list; the ownership's id is its place. */
export interface OwnedDevice {
  ownerId: number;
  ownershipId: number;
  connhexId: string;
}

/** A new owner, ready to be written. */
export interface OwnerToCreate {
  ownerId: number;
  kind: OwnerKind;
  country: string | null;
  subject: string | null;
  sealed: SealedContact;
}

/** All SQL about owners. Lives for one request. */
export class OwnerStore {
  private readonly pages = new Map<string, DataLoader<number, readonly OwnedDevice[]>>();

  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Owners that were read with something else. */
  private readonly noted = new Map<number, OwnerRow>();

  private readonly byId = loadBy(
    (ids: readonly number[]) => this.sql.rows<OwnerRow>(BY_ID, [this.tenant, ids]),
    ({ ownerId }) => ownerId,
  );

  /** Notes an owner that came with another row. Who was noted first stays: his data are opened once. */
  note(owner: OwnerRow): void {
    if (!this.noted.has(owner.ownerId)) this.noted.set(owner.ownerId, owner);
  }

  /** At once where he was noted: a page of devices names many. */
  find(ownerId: number): OwnerRow | Promise<OwnerRow | null> {
    return this.noted.get(ownerId) ?? this.byId.load(ownerId);
  }

  readonly bySubject = loadBy(
    (subjects: readonly string[]) => this.sql.rows<OwnerRow>(BY_SUBJECT, [this.tenant, subjects]),
    ({ subject }) => subject ?? "",
  );

  private readonly counts = loadBy(
    (ids: readonly number[]) =>
      this.sql.rows<{ ownerId: number; count: number }>(COUNT_DEVICES, [this.tenant, ids]),
    ({ ownerId }) => ownerId,
  );

  async countDevices(ownerId: number): Promise<number> {
    return (await this.counts.load(ownerId))?.count ?? 0;
  }

  /** The same page of the lists of many owners, in one statement. */
  async devices(ownerId: number, page: Page): Promise<PageOf<OwnedDevice>> {
    const { size, backward, after, before } = page;
    const key = `${size} ${backward} ${after} ${before}`;
    let loader = this.pages.get(key);
    if (!loader) {
      const text = backward ? DEVICES_BACKWARD : DEVICES_FORWARD;
      const bounds = [after ?? 0, before ?? Number.MAX_SAFE_INTEGER, size + 1];
      loader = loadManyBy(
        (ids: readonly number[]) => this.sql.rows<OwnedDevice>(text, [this.tenant, ids, ...bounds]),
        (row) => row.ownerId,
      );
      this.pages.set(key, loader);
    }
    return cutPage(page, await loader.load(ownerId));
  }

  /** Writes a new owner. Answers the id that his subject has, his own or one written before. */
  async create(owner: OwnerToCreate): Promise<number> {
    const { ownerId, kind, country, subject, sealed } = owner;
    const values = [ownerId, kind, country, subject, sealed.wrappedKey, sealed.ciphertext];
    const [made] = await this.sql.rows<{ ownerId: number }>(CREATE, [this.tenant, ...values]);
    if (made) return made.ownerId;
    const [known] = await this.sql.rows<{ ownerId: number }>(ID_OF_SUBJECT, [this.tenant, subject]);
    if (!known) throw new Error("an owner is neither new nor known");
    return known.ownerId;
  }

  /** Keeps a known owner from being erased until the transaction ends; false where he is erased. */
  async holdLiving(ownerId: number): Promise<boolean> {
    return (await this.sql.rows(HOLD_LIVING, [this.tenant, ownerId])).length > 0;
  }

  /** Reads an owner's sealed data and holds them until the transaction ends; null once erased. */
  async lockContact(ownerId: number): Promise<SealedContact | null> {
    const [row] = await this.sql.rows<SealedContact>(LOCK_CONTACT, [this.tenant, ownerId]);
    return row ?? null;
  }

  /** Writes the data of an owner that this transaction has locked, sealed under his key. */
  async changeContact(ownerId: number, ciphertext: Buffer): Promise<void> {
    await this.sql.rows(CHANGE_CONTACT, [this.tenant, ownerId, ciphertext]);
  }
}
