/**
 * The order of versions, the one rule of it. A version is an optional "v", parts between dots, then
 * what comes before a release behind "-", then a build behind "+":
 * `1.10.0`, `v2.9`, `1.4.0-rc.2`, `B`, `C2`, `1.0.2b`, `3.1.0+5ca1ab1e`.
 *
 * - Numbers compare as numbers: 1.9.2 < 1.10.0. A missing part is 0: 2.10 equals 2.10.0.
 * - A part may have one letter: B < C, C < C2, 1.0.2 < 1.0.2b; the letter's case does not count.
 * - What is behind "-" comes before the release (Semantic Versioning 2.0.0, clause 11), and runs of
 *   digits in it compare as numbers: 1.0.0-rc.9 < 1.0.0-rc.10 < 1.0.0.
 * - A build does not count: 1.0.0+a equals 1.0.0+b.
 */
export interface Version {
  release: readonly Part[];
  /** Empty for a release. */
  prerelease: readonly (readonly Run[])[];
}

/** Digits as a number, everything else as text. */
type Run = bigint | string;
type Part = readonly Run[];

const PART = "(?:[0-9]+[A-Za-z]?|[A-Za-z][0-9]*)";
const VERSION = new RegExp(
  `^(?:[vV](?=[0-9]))?(${PART}(?:\\.${PART})*)(?:-([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*))?(?:\\+[0-9A-Za-z.-]+)?$`,
);
/** Longer texts are no versions. */
const CHARACTERS_MOST = 256;

/** Reads a version; null where the text is none. */
export function parseVersion(text: string): Version | null {
  const [, release, prerelease] = text.length > CHARACTERS_MOST ? [] : (VERSION.exec(text) ?? []);
  if (release === undefined) return null;
  return {
    release: release.split(".").map(runsOf),
    prerelease: prerelease === undefined ? [] : prerelease.split(".").map(runsOf),
  };
}

/** Negative where the first comes before the second, 0 where they stand at the same place. */
export function compareVersions(one: Version, other: Version): number {
  const parts = Math.max(one.release.length, other.release.length);
  for (let place = 0; place < parts; place++) {
    const difference = compareRuns(one.release[place] ?? ZERO, other.release[place] ?? ZERO);
    if (difference !== 0) return difference;
  }
  return comparePrereleases(one.prerelease, other.prerelease);
}

const ZERO: Part = [0n];

function comparePrereleases(one: Version["prerelease"], other: Version["prerelease"]): number {
  // A release comes after everything that was before it.
  if (one.length === 0 || other.length === 0) {
    return Math.sign(other.length) - Math.sign(one.length);
  }
  for (const [place, runs] of one.entries()) {
    const against = other[place];
    const difference = against === undefined ? 1 : compareRuns(runs, against);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

function compareRuns(one: Part, other: Part): number {
  for (const [place, run] of one.entries()) {
    const against = other[place];
    const difference = against === undefined ? 1 : compareRun(run, against);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

/** Numbers come before text. */
function compareRun(one: Run, other: Run): number {
  if (typeof one !== typeof other) return typeof one === "bigint" ? -1 : 1;
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function runsOf(text: string): Part {
  const runs = text.toLowerCase().match(/[0-9]+|[^0-9]+/g) ?? [];
  return runs.map((run) => (/^[0-9]/.test(run) ? BigInt(run) : run));
}
