import DataLoader from "dataloader";
import { columnsOf, readInPart, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import { assertRowsPerStatement } from "../batch/rows-per-statement.ts";
import { DeviceRevisionEntity } from "./device-revision.entity.ts";
import type { Revision } from "./device-revision.ts";

/** The revisions `lowest` to `highest` of a device, both included. */
export interface RevisionRange {
  deviceId: number;
  lowest: number;
  highest: number;
}

const READ = columnsOf(DeviceRevisionEntity)
  .map(({ property }) => property as keyof DeviceRevisionEntity)
  .filter((property) => property !== "tenant");
/** Who changed which fields, when and why: without the state that it led to. */
const CHANGE = [
  "serialNumber",
  "connhexId",
  "revision",
  "recordedAt",
  "effectiveAt",
  "actor",
  "reason",
  "source",
  "changed",
] as const;

/** The fields of DeviceRevision that `changes` holds; each but the id has a column of its name. */
export const CHANGE_FIELDS: ReadonlySet<string> = new Set(["id", ...CHANGE]);

const READ_OF_CHANGE = ["deviceId", ...CHANGE] as const;
const changeAlone = readInPart<Revision>(READ, READ_OF_CHANGE);

function ranges(name: string, columns: readonly string[]): Statement {
  return statement(
    name,
    `SELECT asked.place::int AS place,
       ${selectList(DeviceRevisionEntity, { prefix: "r.", only: columns })}
     FROM unnest($2::bigint[], $3::int[], $4::int[])
       WITH ORDINALITY AS asked (device_id, lowest, highest, place)
     JOIN device_revision r
       ON r.device_id = asked.device_id AND r.revision BETWEEN asked.lowest AND asked.highest
     WHERE r.tenant = $1
     ORDER BY asked.place, r.revision`,
  );
}

const RANGES = ranges("revision_ranges", READ);
const RANGES_OF_CHANGES = ranges("revision_ranges_of_changes", READ_OF_CHANGE);

const RANGES_PER_STATEMENT = 1_000;

/** Reads revisions. Lives for one request. */
export class DeviceRevisionStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Revisions in rising order; those of many devices in one statement. */
  readonly range = this.loader(RANGES, (revision) => revision);

  /** The same, of which only CHANGE_FIELDS can be read. */
  readonly changes = this.loader(RANGES_OF_CHANGES, changeAlone);

  private loader(
    statement: Statement,
    asRead: (row: Revision) => Revision,
  ): DataLoader<RevisionRange, Revision[], string> {
    return new DataLoader(
      async (asked) => {
        assertRowsPerStatement(asked.map(({ lowest, highest }) => highest - lowest + 1));
        const rows = await this.sql.rows<Revision & { place: number }>(statement, [
          this.tenant,
          asked.map(({ deviceId }) => deviceId),
          asked.map(({ lowest }) => lowest),
          asked.map(({ highest }) => highest),
        ]);
        const found: Revision[][] = asked.map(() => []);
        for (const { place, ...row } of rows) found[place - 1]?.push(asRead(row as Revision));
        return found;
      },
      {
        maxBatchSize: RANGES_PER_STATEMENT,
        cacheKeyFn: ({ deviceId, lowest, highest }) => `${deviceId} ${lowest} ${highest}`,
      },
    );
  }
}
