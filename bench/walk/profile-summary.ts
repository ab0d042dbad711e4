import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

const FUNCTIONS_SHOWN = 25;
const PLACES_SHOWN = 15;

/** Prints, for each profile in the folder, where its process spent its own time; idling aside. */
export async function printProfiles(folder: string, print: (line: string) => void): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".cpuprofile"));
  for (const name of names.sort()) {
    const profile = JSON.parse(await readFile(join(folder, name), "utf8")) as CpuProfile;
    print(`\n${name}`);
    for (const line of summary(profile)) print(`  ${line}`);
  }
}

function summary({ nodes, samples, timeDeltas }: CpuProfile): string[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const byFunction = new Map<string, number>();
  const byPlace = new Map<string, number>();
  let busy = 0;
  samples.forEach((id, index) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === "(idle)") return;
    const time = timeDeltas[index] ?? 0;
    busy += time;
    const place = placeOf(frame.url) || frame.functionName;
    const name = `${frame.functionName || "(anonymous)"}  ${place}:${frame.lineNumber + 1}`;
    byFunction.set(name, (byFunction.get(name) ?? 0) + time);
    byPlace.set(place, (byPlace.get(place) ?? 0) + time);
  });
  const top = (times: Map<string, number>, count: number) =>
    [...times]
      .sort(([, a], [, b]) => b - a)
      .slice(0, count)
      .map(([name, time]) => `${((100 * time) / busy).toFixed(1).padStart(5)} %  ${name}`);
  return [
    "by package:",
    ...top(byPlace, PLACES_SHOWN),
    "by function:",
    ...top(byFunction, FUNCTIONS_SHOWN),
  ];
}

/** The package of a file, or the file itself where it is of no package. */
function placeOf(url: string): string {
  const inPackage = [...url.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)/g)].at(-1)?.[1];
  if (inPackage) return inPackage;
  if (url.startsWith("node:")) return url;
  return url.split("/").slice(-2).join("/");
}
