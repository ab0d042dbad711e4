import type { Round } from "./campaign.ts";

const COMPLAINTS_SHOWN = 10;

/** One line about a round, while the campaign goes on. */
export function describeRound(round: Round, number: number): string {
  const { victim, killedAfterMs, answered, answeredBefore, refused } = round;
  const { cutOffRecorded, cutOffUnrecorded, backAfterMs } = round;
  return (
    `${String(number).padStart(3)}  ${victim.padEnd(8)} killed after ${killedAfterMs} ms: ` +
    `${answered} answered, ${answeredBefore} before it; ${refused} refused; ` +
    `${cutOffRecorded + cutOffUnrecorded} cut off, ${cutOffRecorded} of them recorded; ` +
    `served again after ${Math.round(backAfterMs)} ms` +
    round.complaints
      .slice(0, COMPLAINTS_SHOWN)
      .map((complaint) => `\n     ${complaint}`)
      .join("")
  );
}

/** The campaign as Markdown: of how many answers the access log could tell afterwards. */
export function describeCampaign(rounds: readonly Round[]): string {
  const head = [
    "killed",
    "kills",
    "answered",
    "before the kill",
    "refused",
    "cut off, recorded",
    "cut off, not recorded",
  ];
  const lines: (string | number)[][] = [[...head, "slowest return (ms)", "complaints"]];
  lines.push(lines[0]?.map(() => "---") ?? []);
  for (const victim of ["gateway", "database"] as const) {
    const of = rounds.filter((round) => round.victim === victim);
    if (of.length === 0) continue;
    const sum = (figure: (round: Round) => number) =>
      of.reduce((total, round) => total + figure(round), 0);
    lines.push([
      victim,
      of.length,
      sum(({ answered }) => answered),
      sum(({ answeredBefore }) => answeredBefore),
      sum(({ refused }) => refused),
      sum(({ cutOffRecorded }) => cutOffRecorded),
      sum(({ cutOffUnrecorded }) => cutOffUnrecorded),
      Math.round(Math.max(...of.map(({ backAfterMs }) => backAfterMs))),
      sum(({ complaints }) => complaints.length),
    ]);
  }
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
