import type { RunningSystem } from "../support/running-system.ts";

/** What a recall of the demo's bad capacitors has come to, and by whose deeds. */
export interface RecallAtWork {
  id: string;
  deviceCount: number;
  hash: string;
  /** How many devices of each lot were brought into which state; the others are open. */
  done: Record<string, { quarantined: number; reworked: number; scrapped: number }>;
  candidates: string[];
  departures: string[];
}

const BAD_BATCH = "CB-7731-K";
/** How much of each lot has been found and dealt with: the first is almost done, the last has begun. */
const SHARES_DONE = [0.85, 0.45, 0.1];

const FREEZE = `mutation($criteria: RecallCriteria!) {
  freezeRecall(input: {
    title: "Capacitors of batch ${BAD_BATCH}", reason: "they leak when the board runs hot", criteria: $criteria
  }) { id deviceCount hash }
}`;
const HELD = `query($id: ID!, $after: String) { recall(id: $id) { devices(first: 500, after: $after) {
  nodes { serialNumber revision lotCode disposition fwVersion } pageInfo { hasNextPage endCursor }
} } }`;
const CORRECT = `mutation($serialNumber: String!, $changes: DeviceChanges!, $reason: String!, $revision: Int!) {
  correctDevice(serialNumber: $serialNumber, changes: $changes, reason: $reason, expectedRevision: $revision) { revision }
}`;
const RECORD = `mutation($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { recorded } }`;

interface Held {
  serialNumber: string;
  revision: number;
  lotCode: string;
  disposition: string;
  fwVersion: string | null;
}

interface Page {
  devices: { nodes: Held[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
}

/**
 * Freezes the devices with the demo's bad capacitors and does with some of them what a factory does:
 * quarantines them, then scraps one in four, and of the others releases one in three again, reworked.
 * Two devices are corrected out of the batch, and two more are made with it.
 */
export async function workOnRecall(system: RunningSystem): Promise<RecallAtWork> {
  const group = { field: "capacitorBatch", values: [BAD_BATCH], membership: "CURRENT" };
  const frozen = await asked(system, FREEZE, { criteria: { group } });
  const { id, deviceCount, hash } = frozen.freezeRecall;
  const held = await heldBy(system, id);
  const lots = [...new Set(held.map(({ lotCode }) => lotCode))].sort();
  const done: RecallAtWork["done"] = {};
  const departures: string[] = [];
  for (const [index, lot] of lots.entries()) {
    const ofLot = held.filter(({ lotCode }) => lotCode === lot);
    const released = ofLot.filter(({ disposition }) => disposition === "RELEASED");
    const share = SHARES_DONE[index] ?? 0;
    done[lot] = await deal(system, released.slice(0, Math.floor(released.length * share)));
    const [last] = released.slice(-1);
    if (index > 1 || !last) continue;
    const steps = [{ attributes: { capacitorBatch: "CB-0004-P" } }];
    await correct(system, last, { steps, reason: "reel label read again" });
    departures.push(last.serialNumber);
  }
  return { id, deviceCount, hash, done, departures, candidates: await makeMore(system) };
}

async function deal(system: RunningSystem, devices: readonly Held[]) {
  const came = { quarantined: 0, reworked: 0, scrapped: 0 };
  for (const [index, device] of devices.entries()) {
    const steps: Record<string, unknown>[] = [{ disposition: "QUARANTINED" }];
    if (index % 4 === 0) steps.push({ disposition: "SCRAPPED" });
    else if (index % 3 === 0) steps.push({ disposition: "RELEASED", fwVersion: "2.11.1" });
    await correct(system, device, { steps, reason: "recalled for its capacitors" });
    const end = steps.at(-1) ?? {};
    if (end.disposition === "SCRAPPED") came.scrapped++;
    else if (end.disposition === "RELEASED") came.reworked++;
    else came.quarantined++;
  }
  return came;
}

async function correct(
  system: RunningSystem,
  { serialNumber, revision }: Held,
  { steps, reason }: { steps: readonly Record<string, unknown>[]; reason: string },
): Promise<void> {
  let present = revision;
  for (const changes of steps) {
    const variables = { serialNumber, changes, reason, revision: present };
    present = (await asked(system, CORRECT, variables)).correctDevice.revision;
  }
}

async function makeMore(system: RunningSystem): Promise<string[]> {
  const serialNumbers = ["BRP90000001", "BRP90000002"];
  const input = serialNumbers.map((serialNumber) => ({
    serialNumber,
    lotCode: "P2510-0033",
    attributes: { boardVendor: "LERMA_ELECTRONICS", capacitorBatch: BAD_BATCH },
  }));
  await asked(system, RECORD, { input });
  return serialNumbers;
}

async function heldBy(system: RunningSystem, id: string): Promise<Held[]> {
  const held: Held[] = [];
  for (let after: string | null = null; ; ) {
    const { devices }: Page = (await asked(system, HELD, { id, after })).recall;
    held.push(...devices.nodes);
    if (!devices.pageInfo.hasNextPage) return held;
    after = devices.pageInfo.endCursor;
  }
}

/** As an administrator, who may do everything; throws at any error. */
export async function asked(system: RunningSystem, query: string, variables: object = {}) {
  const { data, errors } = await system.ask(["admin"], query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
