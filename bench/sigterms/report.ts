import type { Round } from "./campaign.ts";

/** One line about a round, while the campaign goes on. */
export function describeRound(round: Round, number: number): string {
  const { workers, signalledAfterMs, answeredBefore, afterSignal, endedAfterMs } = round;
  const { ANSWERED, REFUSED, NOT_ACCEPTED, LOST } = afterSignal;
  return (
    `${String(number).padStart(3)}  WORKERS=${workers}, after ${signalledAfterMs} ms and ` +
    `${answeredBefore} answers: ${ANSWERED} answered, ${REFUSED} refused, ` +
    `${NOT_ACCEPTED} not accepted, ${LOST} lost; ended in ${Math.round(endedAfterMs)} ms` +
    round.complaints.map((complaint) => `\n     ${complaint}`).join("")
  );
}

/** The campaign as Markdown: what became of the requests that were under way, or came after. */
export function describeCampaign(rounds: readonly Round[]): string {
  const head = ["WORKERS", "SIGTERMs", "answered before", "answered after", "refused"];
  const lines: (string | number)[][] = [
    [...head, "not accepted", "lost", "slowest end (ms)", "complaints"],
  ];
  lines.push(lines[0]?.map(() => "---") ?? []);
  for (const workers of [...new Set(rounds.map((round) => round.workers))].sort()) {
    const of = rounds.filter((round) => round.workers === workers);
    const sum = (figure: (round: Round) => number) =>
      of.reduce((total, round) => total + figure(round), 0);
    lines.push([
      workers,
      of.length,
      sum(({ answeredBefore }) => answeredBefore),
      sum(({ afterSignal }) => afterSignal.ANSWERED),
      sum(({ afterSignal }) => afterSignal.REFUSED),
      sum(({ afterSignal }) => afterSignal.NOT_ACCEPTED),
      sum(({ afterSignal }) => afterSignal.LOST),
      Math.round(Math.max(...of.map(({ endedAfterMs }) => endedAfterMs))),
      sum(({ complaints }) => complaints.length),
    ]);
  }
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
