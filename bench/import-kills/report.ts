import { type Campaign, metKills } from "./campaign.ts";
import type { ImportOutcome } from "./import-under-fire.ts";
import { VICTIMS } from "./plan.ts";

const COMPLAINTS_SHOWN = 10;

/** One line about an import, while the campaign goes on. */
export function describeOutcome({
  name,
  rows,
  kills,
  runs,
  totalMs,
  complaints,
}: ImportOutcome): string {
  const told = kills.map(
    ({ victim, settled }) => `${victim} ${settled === null ? "when done" : `at row ${settled}`}`,
  );
  return (
    `${name.padEnd(5)} ${rows} rows, killed: ${told.join(", ")}; done after ${runs} runs, ${(totalMs / 1_000).toFixed(1)} s` +
    complaints
      .slice(0, COMPLAINTS_SHOWN)
      .map((complaint) => `\n     ${complaint}`)
      .join("")
  );
}

/** The campaign as Markdown: when its kills came, and what was wrong in the end. */
export function describeCampaign({ undisturbedMs, outcomes }: Campaign): string {
  const kills = outcomes.flatMap((outcome) => outcome.kills);
  const lines = [
    ["killed", "kills", "before the first batch was settled", "in the midst", "when done"],
    ["---", "---:", "---:", "---:", "---:"],
  ];
  for (const victim of [...VICTIMS, "all"] as const) {
    const of = kills.filter((kill) => victim === "all" || kill.victim === victim);
    const counts = [
      of.length,
      of.filter(({ settled }) => settled === 0).length,
      of.filter(({ settled }) => settled !== null && settled > 0).length,
      of.filter(({ settled }) => settled === null).length,
    ];
    lines.push([victim, ...counts.map(String)]);
  }
  const sum = (pick: (outcome: ImportOutcome) => number) =>
    outcomes.reduce((all, one) => all + pick(one), 0);
  return [
    ...lines.map((cells) => `| ${cells.join(" | ")} |`),
    "",
    `${outcomes.length} imports of ${outcomes[0]?.rows ?? 0} rows, ${sum(({ runs }) => runs)} runs of the command; ` +
      `undisturbed, one took ${(undisturbedMs / 1_000).toFixed(1)} s.`,
    `Kills that met an import: ${metKills(outcomes)}.`,
    `Complaints: ${sum(({ complaints }) => complaints.length)}.`,
  ].join("\n");
}
