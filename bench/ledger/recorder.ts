import { inProcessExecutor } from "../../shared/graph/in-process-executor.ts";
import type { SubgraphService } from "../../shared/graph/subgraph-service.ts";
import { recordOf } from "../ingest/rows.ts";

export const TENANT = "bench";
const CALLER = { subject: "bench-line", tenant: TENANT, roles: ["line"] as const, client: "bench" };

const RECORD = `mutation ($input: [DeviceRecordInput!]!) {
  recordDevices(input: $input) { recorded verdicts { revision code message } }
}`;

/** Batches as the import command sends them, so many at once. */
export const ROWS_PER_BATCH = 1_000;
export const LANES = 3;

let runs = 0;

/** How devices are recorded: so many in each mutation, so many mutations at once. */
export interface Batches {
  rows: number;
  lanes: number;
}

/** Records so many devices that nobody has recorded before, in batches; answers the seconds. */
export async function recordDevices(
  service: SubgraphService,
  rows: number,
  batches: Batches = { rows: ROWS_PER_BATCH, lanes: LANES },
): Promise<number> {
  const execute = inProcessExecutor(service);
  const prefix = `L${++runs}-`;
  const caller = { ...CALLER, roles: [...CALLER.roles] };
  let next = 0;
  const lane = async () => {
    while (next < rows) {
      const from = next;
      next += batches.rows;
      const count = Math.min(batches.rows, rows - from);
      const input = Array.from({ length: count }, (_, index) => {
        const { attributes: _attributes, ...record } = recordOf(prefix, from + index);
        return record;
      });
      const context = service.createContext(caller, { requestId: `${prefix}${from}` });
      const { data, errors } = await execute({ text: RECORD, variables: { input }, context });
      const recorded = (data as { recordDevices?: { recorded: number } } | null)?.recordDevices;
      if (recorded?.recorded !== count) {
        throw new Error(`not recorded: ${JSON.stringify(errors ?? data).slice(0, 2_000)}`);
      }
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: batches.lanes }, lane));
  return (performance.now() - began) / 1_000;
}
