/** Every way in which a log, its rows and its witnesses can disagree. `docs/ledger.md` says the same. */
export const AUDIT_CODES = {
  LEAF_MISSING: "Entries of the log are gone.",
  LEAF_CHANGED: "An entry is not what the log's tree has in its place.",
  TILE_WRONG: "A tile of the tree is not what the entries give.",
  CHECKPOINT_WRONG: "What was signed is not the tree that the entries give.",
  CHECKPOINT_UNSIGNED: "A checkpoint has no signature that holds by a key of the log.",
  CHECKPOINT_MISSING: "The log's present state was never signed, or its checkpoint is gone.",
  COSIGNATURE_WRONG: "A cosignature does not hold.",
  COSIGNATURE_MISSING:
    "Witnesses are to cosign, and too few have for a while, or what they said is gone.",
  WITNESS_AHEAD: "A witness has seen more of the log than the database has.",
  WITNESS_CONTRADICTS: "A witness has seen another log of the same name.",
  WITNESS_FORGOT: "A witness has seen less of the log than it has cosigned.",
  BACKFILL_REOPENED: "Rows are said to be still to be entered, and the log says that all are.",
  ROW_WITHOUT_ENTRY: "A row has no entry.",
  ENTRY_WITHOUT_ROW: "An entry has no row.",
  ROW_DIFFERS: "A row is not what its entry says.",
  ENTRY_TWICE: "A row has more than one entry.",
  KEY_GONE: "The key by which a row's entry names a person is gone, but the person was not erased.",
  ERASED_UNRECORDED: "A text of a row was erased, but no erasure of its person is recorded.",
  SIGNATURE_WRONG: "A signed hand-over does not hold, or its revision says something else.",
  PROJECTION_DIFFERS: "What is read of a device is not what its revisions say.",
} as const;
export type AuditCode = keyof typeof AUDIT_CODES;

/** One place where something was changed outside of the application. */
export interface AuditDeviation {
  service: string;
  code: AuditCode;
  /** The serial number or connhexId, where a row or an entry names one; else `#` and its number. */
  device: string | null;
  revision: number | null;
  /** The id of the entry. */
  entry: string | null;
  /** Its place in the log. */
  index: number | null;
  detail: string;
}

/** What is told of a deviation beside its code. */
export type Found = Partial<Omit<AuditDeviation, "service" | "code" | "detail">>;

/** Gathers what an audit finds: all are counted, so many of each code are told, each at once. */
export class Findings {
  readonly counts = new Map<AuditCode, number>();

  constructor(
    private readonly service: string,
    private readonly most: number,
    private readonly tell: (deviation: AuditDeviation) => void,
  ) {}

  add(code: AuditCode, detail: string, found: Found = {}): void {
    const count = (this.counts.get(code) ?? 0) + 1;
    this.counts.set(code, count);
    if (count > this.most) return;
    const named = { ...namedBy(found.entry ?? null), ...found };
    this.tell({ service: this.service, code, detail, ...named });
  }

  /** For a walk that finds again what was told already. */
  silent(): Findings {
    return new Findings(this.service, 0, () => undefined);
  }

  /** Whether no more deviations of this code will be told. */
  isFull(code: AuditCode): boolean {
    return (this.counts.get(code) ?? 0) >= this.most;
  }

  has(...codes: readonly AuditCode[]): boolean {
    return codes.some((code) => this.counts.has(code));
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }
}

/** What an entry's id says of what it is about. */
function namedBy(entry: string | null): Required<Found> {
  const named = { device: null, revision: null, entry, index: null };
  const [, kind, key, revision] = /^(\w+)\/(.+)\/(\d+)$/.exec(entry ?? "") ?? [];
  if (kind === "revision") return { ...named, device: `#${key}`, revision: Number(revision) };
  if (kind === "provisioning" && key) return { ...named, device: key, revision: Number(revision) };
  if (kind === "ownership") return { ...named, revision: Number(revision) };
  return named;
}
