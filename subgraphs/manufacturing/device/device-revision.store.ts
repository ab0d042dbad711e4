import DataLoader from "dataloader";
import { columnsOf, selectList } from "../../../shared/postgres/columns.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { assertRowsPerStatement } from "../batch/rows-per-statement.ts";
import { DeviceRevisionEntity } from "./device-revision.entity.ts";
import type { Revision } from "./device-revision.ts";

/** The revisions `lowest` to `highest` of a device, both included. */
export interface RevisionRange {
  deviceId: number;
  lowest: number;
  highest: number;
}

const READ = columnsOf(DeviceRevisionEntity).flatMap(({ property }) =>
  property === "tenant" ? [] : [property],
);

const RANGES = statement(
  "revision_ranges",
  `SELECT asked.place::int AS place, ${selectList(DeviceRevisionEntity, { prefix: "r.", only: READ })}
   FROM unnest($2::bigint[], $3::int[], $4::int[])
     WITH ORDINALITY AS asked (device_id, lowest, highest, place)
   JOIN device_revision r
     ON r.device_id = asked.device_id AND r.revision BETWEEN asked.lowest AND asked.highest
   WHERE r.tenant = $1
   ORDER BY asked.place, r.revision`,
);

const RANGES_PER_STATEMENT = 1_000;

/** Reads revisions. Lives for one request. */
export class DeviceRevisionStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** Revisions in rising order; those of many devices in one statement. */
  readonly range = new DataLoader<RevisionRange, Revision[], string>(
    (ranges) => this.read(ranges),
    {
      maxBatchSize: RANGES_PER_STATEMENT,
      cacheKeyFn: ({ deviceId, lowest, highest }) => `${deviceId} ${lowest} ${highest}`,
    },
  );

  private async read(ranges: readonly RevisionRange[]): Promise<Revision[][]> {
    assertRowsPerStatement(ranges.map(({ lowest, highest }) => highest - lowest + 1));
    const rows = await this.sql.rows<Revision & { place: number }>(RANGES, [
      this.tenant,
      ranges.map(({ deviceId }) => deviceId),
      ranges.map(({ lowest }) => lowest),
      ranges.map(({ highest }) => highest),
    ]);
    const found: Revision[][] = ranges.map(() => []);
    for (const { place, ...revision } of rows) found[place - 1]?.push(revision as Revision);
    return found;
  }
}
