import type { Caller } from "../../../shared/caller.ts";
import type { RequestFacts } from "../../../shared/graph/subgraph-service.ts";
import { assertIdempotencyKey } from "../../../shared/idempotency-key.ts";
import type { PersonKeys } from "../../../shared/ledger-store/person-keys.store.ts";
import type { Database, Sql } from "../../../shared/postgres/database.ts";
import type { Outcome } from "../batch/outcome.ts";
import type { Batch } from "../device/device-batch.ts";
import type { DeviceStatement } from "../device/device-facts.ts";
import { DeviceRecording, type Said } from "../device/device-recording.store.ts";
import { DeviceWriter } from "../device/device-writer.store.ts";
import type { KnownValues } from "../device/known-values.ts";
import { FieldDefinitionStore } from "../field-definition/field-definition.store.ts";
import { type IdBlocks, idsFrom } from "../id-block/id-block.store.ts";
import { IdempotencyStore, type Keyed } from "../idempotency/idempotency.store.ts";
import { contentHash } from "../idempotency/idempotency.ts";
import { LIMITS } from "../limits.ts";
import { TenantQueues } from "./tenant-queues.ts";

type Single = Said & Keyed;

/** Records devices that come one by one, from many at once, as few transactions. One a process. */
export class SingleRecords {
  private readonly queues: TenantQueues<Single, Batch>;

  constructor(
    private readonly database: Database,
    private readonly deviceIds: IdBlocks,
    private readonly knownValues: KnownValues,
    private readonly people: PersonKeys | null,
  ) {
    this.queues = new TenantQueues(
      (tenant) => (singles, deadlineAt) => this.recordTogether(tenant, singles, deadlineAt),
      {
        batchItems: LIMITS.recordsTogether,
        lanes: LIMITS.recordingLanes,
        mostItems: LIMITS.recordsWaiting,
      },
    );
  }

  /** Records that wait or are being written. */
  get size(): number {
    return this.queues.size;
  }

  /** As a batch of this one row, whoever else's rows are in the same transaction. */
  async record(
    statement: DeviceStatement,
    key: string | null,
    { caller, request }: { caller: Caller; request: RequestFacts },
  ): Promise<Batch> {
    if (key !== null) assertIdempotencyKey(key, LIMITS.idempotencyKeyCharacters);
    const hash = key === null ? "" : contentHash("recordDevices", [statement]);
    const { deadlineAt, isGone } = request;
    return this.queues.add(caller.tenant, {
      item: { statement, caller, key, hash },
      // One device is judged after the other; so is what was sent twice under one key.
      names: [`device ${statement.serialNumber}`, ...(key === null ? [] : [`key ${key}`])],
      ...{ deadlineAt, isGone },
    });
  }

  /** Takes nothing more, and writes what waits. */
  close(): Promise<void> {
    return this.queues.close();
  }

  private async recordTogether(
    tenant: string,
    singles: readonly Single[],
    deadlineAt: number | undefined,
  ): Promise<Outcome<Batch>[]> {
    const sql = this.database.tenant(tenant, deadlineAt === undefined ? {} : { deadlineAt });
    const firstId = await this.deviceIds.reserve(sql, singles.length);
    const subjects = [...new Set(singles.map(({ caller }) => caller.subject))];
    await this.people?.learn(sql, tenant, subjects);
    return sql.transaction((tx) => {
      const recording = this.recordingOf(tx, tenant, idsFrom(firstId, singles.length));
      return new IdempotencyStore(tx, tenant).onceEach(singles, (places) =>
        recording.recordEach(places.flatMap((place) => singles[place] ?? [])),
      );
    });
  }

  private recordingOf(sql: Sql, tenant: string, nextId: () => number): DeviceRecording {
    const definitions = new FieldDefinitionStore(sql, tenant);
    const known = () => definitions.allForWriting();
    const { knownValues, people } = this;
    const parts = { definitions: known, nextId, knownValues, people };
    return new DeviceRecording(new DeviceWriter(sql, tenant, parts), known);
  }
}
