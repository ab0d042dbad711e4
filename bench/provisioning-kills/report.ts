import type { Campaign, Found, Round } from "./campaign.ts";
import { VICTIMS } from "./plan.ts";

const COMPLAINTS_SHOWN = 10;

/** What a kill may find of a batch, in the order of provisioning, and as people read it. */
const COLUMNS: readonly [Found, string][] = [
  ["REFUSED", "refused: other service away"],
  ["NOTHING", "nothing written"],
  ["PENDING", "pending"],
  ["LINKED", "linked, not settled"],
  ["SETTLED", "settled, not answered"],
  ["PROMISED", "answered PENDING"],
  ["ANSWERED", "answered PROVISIONED"],
  ["HALF_LINKED", "half linked"],
];

/** One line about a round, while the campaign goes on. */
export function describeRound(round: Round, number: number): string {
  const found = COLUMNS.map(([state, name]) => [countOf([round], state), name] as const)
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}`);
  return (
    `${String(number).padStart(3)}  ${round.victim.padEnd(13)} at ${round.killedAtMs.toFixed(0)} ms: ` +
    `${found.join(", ")}; ${round.linksLeft} links replayed in ${round.replayMs.toFixed(0)} ms` +
    round.complaints
      .slice(0, COMPLAINTS_SHOWN)
      .map((complaint) => `\n     ${complaint}`)
      .join("")
  );
}

/** The campaign as Markdown: what its kills found of the batches, and what was wrong in the end. */
export function describeCampaign({ undisturbedMs, rounds }: Campaign): string {
  const head = ["killed", "moments", "kills", "batches", ...COLUMNS.map(([, name]) => name)];
  const lines = [head, head.map(() => "---")];
  for (const victim of [...VICTIMS, "all"] as const) {
    const of = rounds.filter((round) => victim === "all" || round.victim === victim);
    if (of.length === 0) continue;
    const batches = of.flatMap(({ found }) => found).length;
    const counts = COLUMNS.map(([state]) => countOf(of, state));
    lines.push([victim, of.length, killsOf(of), batches, ...counts].map(String));
  }
  const sum = (pick: (round: Round) => number) => rounds.reduce((all, one) => all + pick(one), 0);
  const slowest = Math.max(0, ...rounds.map(({ replayMs }) => replayMs));
  return [
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    `Batches of a round took about ${undisturbedMs.toFixed(0)} ms undisturbed; kills fell into that time.`,
    `${sum(({ devices }) => devices)} devices; ${sum(({ linksLeft }) => linksLeft)} links left to ` +
      `the replay, the slowest restart and replay took ${slowest.toFixed(0)} ms.`,
    `Complaints: ${sum(({ complaints }) => complaints.length)}.`,
  ].join("\n");
}

/** Both services, or one of them twice, are two kills. */
function killsOf(rounds: readonly Round[]): number {
  return rounds.reduce((sum, { victim }) => sum + (/both|replay/.test(victim) ? 2 : 1), 0);
}

function countOf(rounds: readonly Round[], state: Found): number {
  return rounds.flatMap(({ found }) => found).filter((one) => one === state).length;
}
