import { judgeAnswers, judgeKept, judgeStates, type SentAnswer } from "./judge.ts";
import { byDevice } from "./model.ts";
import type { PlannedScan, ScanPlan } from "./plan.ts";
import type { ScanRows } from "./scan-rows.store.ts";

/** How the campaign asks a gateway, as a line. */
export type Ask = (query: string, variables: object) => Promise<Record<string, unknown>>;

export interface CampaignResult {
  scans: number;
  sent: number;
  batches: number;
  sendingMs: number;
  devices: number;
  statesAsked: number;
  revisions: { all: number; toldAgain: number };
  complaints: string[];
}

const RECORD_SCANS = `mutation RecordScans($input: [ScanInput!]!) { recordScans(input: $input) {
  verdicts { station sequence arrival outcome revision code }
} }`;
const SENDERS = 4;
const COMPLAINTS_MOST = 10;

/** Sends what was planned, and holds what became of it to the plan. */
export async function runCampaign(
  plan: ScanPlan,
  { ask, rows, observe }: { ask: Ask; rows: ScanRows; observe?: (sent: number) => void },
): Promise<CampaignResult> {
  const began = performance.now();
  const answers: SentAnswer[] = [];
  const next = plan.deliveries.values();
  const send = async () => {
    for (const batch of next) {
      const { recordScans } = await ask(RECORD_SCANS, { input: batch });
      answers.push(...(recordScans as { verdicts: SentAnswer[] }).verdicts);
      observe?.(answers.length);
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
  const sendingMs = performance.now() - began;
  const devices = byDevice(plan.scans);
  const states = await judgeStates([...devices.values()], ask);
  const deviations = await rows.deviations();
  const complaints = [
    ...judgeAnswers(plan.scans, answers),
    ...judgeKept(plan.scans, await rows.kept()),
    ...states.complaints,
    ...deviations.map(({ kind, serialNumber, detail }) => `${kind} ${serialNumber}: ${detail}`),
  ];
  return {
    scans: plan.scans.length,
    sent: plan.deliveries.reduce((sum, batch: readonly PlannedScan[]) => sum + batch.length, 0),
    batches: plan.deliveries.length,
    sendingMs,
    devices: devices.size,
    statesAsked: states.asked,
    revisions: await rows.revisions(),
    complaints: complaints.slice(0, COMPLAINTS_MOST),
  };
}
