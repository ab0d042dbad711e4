import type { RunningSystem } from "../support/running-system.ts";

/** A recall of the demo's bad capacitors, and what the factory has done about it. */
export interface RecallAtWork {
  id: string;
  deviceCount: number;
  hash: string;
  frozenAt: string;
  /** Of each lot: how many of its devices that the recall holds are in which state. */
  progress: Record<string, Progress>;
  candidates: string[];
  departures: string[];
}
export interface Progress {
  open: number;
  quarantined: number;
  reworked: number;
  scrapped: number;
}
/** A device as a recall holds it. */
export interface HeldDevice {
  serialNumber: string;
  revision: number;
  lotCode: string;
  disposition: string;
  fwVersion: string | null;
  connhexId: string | null;
  owner: { country: string } | null;
}

const BAD_BATCH = "CB-7731-K";
/** What is flashed after rework; no device of the demo left the factory with it. */
export const MENDED_FIRMWARE = "2.11.1";
/** How much of each lot has been dealt with: the first is almost done, the last has begun. */
const SHARES_DONE = [0.85, 0.45, 0.1];

const FREEZE = `mutation($criteria: RecallCriteria!) {
  freezeRecall(input: {
    title: "Capacitors of batch ${BAD_BATCH}", reason: "they leak when the board runs hot", criteria: $criteria
  }) { id deviceCount hash frozenAt }
}`;
const HELD = `query($id: ID!, $after: String) { recall(id: $id) { devices(first: 500, after: $after) {
  nodes { serialNumber revision lotCode disposition fwVersion connhexId owner { country } }
  pageInfo { hasNextPage endCursor }
} } }`;
const CORRECT = `mutation($serialNumber: String!, $changes: DeviceChanges!, $reason: String!, $revision: Int!) {
  correctDevice(serialNumber: $serialNumber, changes: $changes, reason: $reason, expectedRevision: $revision) { revision }
}`;
const RECORD = `mutation($input: [DeviceRecordInput!]!) { recordDevices(input: $input) { recorded } }`;

/**
 * Freezes the devices with the demo's bad capacitors and does with some of them what a factory does:
 * quarantines them, then scraps one in four, and of the others releases one in three again, reworked.
 * Two devices are corrected out of the batch, and two more are made with it.
 */
export async function workOnRecall(system: RunningSystem): Promise<RecallAtWork> {
  const group = { field: "capacitorBatch", values: [BAD_BATCH], membership: "CURRENT" };
  const frozen = (await asked(system, FREEZE, { criteria: { group } })).freezeRecall;
  const held = await heldBy(system, frozen.id);
  const progress: RecallAtWork["progress"] = {};
  const departures: string[] = [];
  for (const [index, lot] of [...new Set(held.map(({ lotCode }) => lotCode))].sort().entries()) {
    const ofLot = held.filter(({ lotCode }) => lotCode === lot);
    const released = ofLot.filter(({ disposition }) => disposition === "RELEASED");
    const dealtWith = Math.floor(released.length * (SHARES_DONE[index] ?? 0));
    progress[lot] = await deal(system, ofLot, released.slice(0, dealtWith));
    const [last] = released.slice(-1);
    if (index > 1 || !last) continue;
    const steps = [{ attributes: { capacitorBatch: "CB-0004-P" } }];
    await correct(system, last, { steps, reason: "reel label read again" });
    departures.push(last.serialNumber);
  }
  return { ...frozen, progress, departures, candidates: await makeMore(system) };
}

async function deal(
  system: RunningSystem,
  ofLot: readonly HeldDevice[],
  dealtWith: readonly HeldDevice[],
): Promise<Progress> {
  const isIn = (word: string) => ofLot.filter(({ disposition }) => disposition === word).length;
  const come = { quarantined: isIn("QUARANTINED"), reworked: 0, scrapped: isIn("SCRAPPED") };
  for (const [index, device] of dealtWith.entries()) {
    const steps: Record<string, unknown>[] = [{ disposition: "QUARANTINED" }];
    if (index % 4 === 0) {
      steps.push({ disposition: "SCRAPPED" });
      come.scrapped++;
    } else if (index % 3 === 0) {
      steps.push({ disposition: "RELEASED", fwVersion: MENDED_FIRMWARE });
      come.reworked++;
    } else come.quarantined++;
    await correct(system, device, { steps, reason: "recalled for its capacitors" });
  }
  const done = come.quarantined + come.reworked + come.scrapped;
  return { ...come, open: ofLot.length - done };
}

async function correct(
  system: RunningSystem,
  { serialNumber, revision }: HeldDevice,
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

interface Page {
  nodes: HeldDevice[];
  pageInfo: { hasNextPage: boolean; endCursor: string };
}

/** The devices that a recall holds, each as it is now. */
export async function heldBy(system: RunningSystem, id: string): Promise<HeldDevice[]> {
  const held: HeldDevice[] = [];
  for (let after: string | null = null; ; ) {
    const page: Page = (await asked(system, HELD, { id, after })).recall.devices;
    held.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return held;
    after = page.pageInfo.endCursor;
  }
}

/** Asks as an administrator, who may do everything; throws at any error. */
export async function asked(system: RunningSystem, query: string, variables: object = {}) {
  const { data, errors } = await system.ask(["admin"], query, variables);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}
