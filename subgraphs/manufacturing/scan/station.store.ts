import { DomainError } from "../../../shared/domain-error.ts";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import type { Timestamp } from "../../../shared/time.ts";
import { StationEntity } from "./station.entity.ts";
import { assertMayBegin, judgeHandOver } from "./station.ts";

/** A station as read: the tenant is the caller's. */
export type StationRow = Omit<StationEntity, "tenant">;

const READ = columnsOf(StationEntity)
  .map(({ property }) => property)
  .filter((property) => property !== "tenant");
const COLUMNS = selectList(StationEntity, { prefix: "s.", only: READ });

const ALL = statement(
  "all_stations",
  `SELECT ${COLUMNS} FROM station s WHERE s.tenant = $1 ORDER BY s.station`,
);

// The first journal gets the name. A row that is there is locked, and is as the last batch left it.
const BEGIN = statement(
  "begin_stations",
  `INSERT INTO station AS s (tenant, station, journal, first_sequence)
   SELECT $1, given.station, given.journal, 1
   FROM unnest($2::text[], $3::text[]) AS given (station, journal) ORDER BY given.station
   ON CONFLICT (tenant, station) DO UPDATE SET journal = s.journal
   RETURNING ${COLUMNS}, s.xmax = 0 AS "isNew", statement_timestamp() AS "receivedAt"`,
);

const COUNT = statement("count_stations", "SELECT count(*) FROM station WHERE tenant = $1");

const LOCK = statement(
  "lock_station",
  `SELECT ${COLUMNS} FROM station s WHERE s.tenant = $1 AND s.station = $2 FOR UPDATE`,
);

const JOURNALS = statement(
  "journals_of_station",
  "SELECT journal FROM station_journal WHERE tenant = $1 AND station = $2",
);

const NAME_JOURNALS = statement(
  "name_journals",
  `INSERT INTO station_journal (tenant, station, journal, first_sequence, recorded_at, actor, reason)
   SELECT $1, given.station, given.journal, $4, statement_timestamp(), $5, $6
   FROM unnest($2::text[], $3::text[]) AS given (station, journal)`,
);

const HAND_OVER = statement(
  "hand_over_station",
  `UPDATE station AS s SET journal = $3, first_sequence = $4
   WHERE s.tenant = $1 AND s.station = $2 RETURNING ${COLUMNS}`,
);

/** Reads stations, and gives names to journals. */
export class StationStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  all(): Promise<StationRow[]> {
    return this.sql.rows<StationRow>(ALL, [this.tenant]);
  }

  /**
   * The stations of these names, locked until the transaction ends; a name that nobody has is the
   * given journal's from now on. Also says what the time is.
   */
  async begin(
    journals: ReadonlyMap<string, string>,
    actor: string,
  ): Promise<{ stations: ReadonlyMap<string, StationRow>; receivedAt: Timestamp }> {
    type Begun = StationRow & { isNew: boolean; receivedAt: Timestamp };
    const rows = await this.sql.rows<Begun>(BEGIN, [
      this.tenant,
      [...journals.keys()],
      [...journals.values()],
    ]);
    const fresh = rows.filter(({ isNew }) => isNew);
    if (fresh.length > 0) {
      const [known] = await this.sql.rows<{ count: number }>(COUNT, [this.tenant]);
      assertMayBegin((known?.count ?? 0) - fresh.length, fresh.length);
      await this.name(fresh, { firstSequence: 1, actor, reason: null });
    }
    const [any] = rows;
    if (!any) throw new Error("a batch without a station");
    return {
      stations: new Map(rows.map((row) => [row.station, row])),
      receivedAt: any.receivedAt,
    };
  }

  /** Gives a station's name to another journal. */
  async handOver(
    station: string,
    journal: string,
    { actor, reason }: { actor: string; reason: string },
  ): Promise<StationRow> {
    const [present] = await this.sql.rows<StationRow>(LOCK, [this.tenant, station]);
    if (!present) throw new DomainError("NOT_FOUND", `there is no station ${station}`);
    const former = await this.sql.rows<{ journal: string }>(JOURNALS, [this.tenant, station]);
    const firstSequence = judgeHandOver(
      present,
      journal,
      former.map((one) => one.journal),
    );
    if (firstSequence === null) return present;
    await this.name([{ station, journal }], { firstSequence, actor, reason });
    const [changed] = await this.sql.rows<StationRow>(HAND_OVER, [
      this.tenant,
      station,
      journal,
      firstSequence,
    ]);
    if (!changed) throw new Error(`station ${station} is gone`);
    return changed;
  }

  private async name(
    named: readonly { station: string; journal: string }[],
    why: { firstSequence: number; actor: string; reason: string | null },
  ): Promise<void> {
    await this.sql.rows(NAME_JOURNALS, [
      this.tenant,
      named.map(({ station }) => station),
      named.map(({ journal }) => journal),
      why.firstSequence,
      why.actor,
      why.reason,
    ]);
  }
}
