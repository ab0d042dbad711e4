import DataLoader from "dataloader";
import { log } from "../../../shared/log.ts";
import { LIMITS } from "../limits.ts";
import type { Criteria } from "../recall-scope/criteria.ts";
import { criteriaSql } from "../recall-scope/criteria-sql.store.ts";
import type { RecallRow, RecallStore } from "./recall.store.ts";
import { type RecallStatus, recallStatusOf } from "./recall.ts";

/** A set among the devices that are asked about, as they are known now. */
const AMONG_ASKED = { knownAt: null, firstParameter: 3, among: "$2::bigint[]" };

export type RecallStatuses = DataLoader<number, RecallStatus>;

/** Reads the criteria of a recall as they are to be asked now; throws where they cannot be. */
export type CriteriaNow = (recall: RecallRow) => Promise<Criteria>;

/**
 * Says of devices whether they are recalled. What could not be asked is UNKNOWN, and never CLEAR:
 * this loader does not reject.
 */
export function recallStatuses(recalls: RecallStore, criteriaNow: CriteriaNow): RecallStatuses {
  return new DataLoader<number, RecallStatus>(
    async (deviceIds) => {
      const recalled = await unlessFailed(() => recalledAmong(recalls, deviceIds));
      const others = deviceIds.filter((id) => !recalled?.has(id));
      const candidates =
        recalled === null || others.length === 0
          ? null
          : await unlessFailed(() => candidatesAmong(recalls, others, criteriaNow));
      return deviceIds.map((id) =>
        recallStatusOf(
          recalled?.has(id)
            ? { isRecalled: true, isCandidate: false }
            : candidates && { isRecalled: false, isCandidate: candidates.has(id) },
        ),
      );
    },
    { maxBatchSize: LIMITS.rowsPerBatch },
  );
}

async function recalledAmong(
  recalls: RecallStore,
  deviceIds: readonly number[],
): Promise<Set<number>> {
  const held = await Promise.all(
    deviceIds.map(async (deviceId) => {
      const rows = await recalls.ofDevice.load(deviceId);
      const behind = await Promise.all(rows.map(({ recallId }) => recalls.byId.load(recallId)));
      return behind.some((recall) => recall?.state === "OPEN") ? deviceId : null;
    }),
  );
  return new Set(held.filter((id) => id !== null));
}

/** Devices that an open recall does not hold, but would if it were frozen now. */
async function candidatesAmong(
  recalls: RecallStore,
  deviceIds: readonly number[],
  criteriaNow: CriteriaNow,
): Promise<Set<number>> {
  const open = await recalls.openOnes();
  if (open.length > LIMITS.openRecalls) {
    throw new Error(`more than ${LIMITS.openRecalls} recalls are open`);
  }
  const found = await Promise.all(
    open.map(async (recall) => {
      const devices = criteriaSql(await criteriaNow(recall), AMONG_ASKED);
      return recalls.idsOf(devices, deviceIds);
    }),
  );
  return new Set(found.flatMap((ids) => [...ids]));
}

async function unlessFailed<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log("WARN", "recall-status-unknown", { reason });
    return null;
  }
}
