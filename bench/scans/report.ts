import type { CampaignResult } from "./campaign.ts";
import type { CutResult } from "./cut-station.ts";

/** What a campaign of scans found, in a few lines. */
export function describeScans(result: CampaignResult): string {
  const { scans, sent, batches, sendingMs, devices, statesAsked, revisions, complaints } = result;
  const rate = Math.round(sent / (sendingMs / 1_000));
  return [
    `${scans} scans of ${devices} devices, sent ${sent} times in ${batches} batches`,
    `${(sendingMs / 1_000).toFixed(1)} s of sending: ${rate} scans/s by 4 senders`,
    `${revisions.all} revisions, ${revisions.toldAgain} of them told again after late scans`,
    `${statesAsked} states asked with asOf`,
    ...complaintsOf(complaints),
  ].join("\n");
}

export function describeCuts(result: CutResult): string {
  const { cuts, scans, noticed, sentAgain, answersLost, complaints } = result;
  return [
    `${cuts} cuts of a station's network while it scanned ${scans} devices`,
    `${noticed} long enough to be told; ${answersLost} answers lost, ${sentAgain} scans sent again`,
    ...complaintsOf(complaints),
  ].join("\n");
}

function complaintsOf(complaints: readonly string[]): string[] {
  return complaints.length === 0
    ? ["nothing lost, nothing twice"]
    : complaints.map((complaint) => `COMPLAINT: ${complaint}`);
}
