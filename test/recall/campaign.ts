import { Random } from "../../demo/random.ts";
import type { GivenCriteria } from "../../subgraphs/manufacturing/recall-scope/given-criteria.ts";
import type { LoadedDemo } from "../demo/loaded-demo.ts";
import { BruteForce } from "./brute-force.ts";
import { exportedScope } from "./exported.ts";
import { BREAKDOWNS, RandomCriteria } from "./random-criteria.ts";
import type { Recorded, RecordedDevice } from "./record.ts";

/** An export is a transaction of its own, and takes some twenty times a page. */
const EXPORTED_EVERY = 3;

/** One random question, as it was asked. */
export interface Question {
  criteria: GivenCriteria;
  knownAt: string | null;
}

/** What came of a campaign. */
export interface CampaignResult {
  asked: number;
  /** Answered, and equal in every point. */
  equal: number;
  /** Refused as a contradiction, or because nothing recorded is named; rightly. */
  refused: number;
  affected: number;
  explanations: number;
  /** Scopes that were exported, too. */
  exports: number;
  differences: { question: Question; difference: string }[];
}

const SCOPE = `query Scope($criteria: RecallCriteria!, $knownAt: DateTime, $by: String!, $after: String) {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    count sentence
    breakdown(by: $by, first: 1000) { value count }
    devices(first: 1000, after: $after) {
      totalCount nodes { serialNumber } pageInfo { hasNextPage endCursor }
    }
  }
}`;
const PAGE = `query Page($criteria: RecallCriteria!, $knownAt: DateTime, $after: String) {
  recallScope(criteria: $criteria, knownAt: $knownAt) {
    devices(first: 1000, after: $after) { nodes { serialNumber } pageInfo { hasNextPage endCursor } }
  }
}`;
const EXPLAIN = `query Explain($criteria: RecallCriteria!, $knownAt: DateTime, $serialNumber: String!) {
  recallScope(criteria: $criteria, knownAt: $knownAt) { explain(serialNumber: $serialNumber) {
    affected clause { path sentence } revision { revision recordedAt changed serialNumber }
    installation { id }
  } }
}`;
const COMPARE = `query Compare($a: RecallCriteria!, $b: RecallCriteria!, $knownAt: DateTime) {
  compareRecallScopes(a: $a, b: $b, knownAt: $knownAt) {
    onlyInA { ...Part } inBoth { ...Part } onlyInB { ...Part }
  }
}
fragment Part on RecallScope { count breakdown(by: "phase") { value count }
  devices(first: 1000) { nodes { serialNumber } } }`;

interface Page {
  nodes: { serialNumber: string }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}
interface Share {
  value: string | null;
  count: number;
}

/** Asks random questions and holds every answer against a walk through all revisions. */
export class Campaign {
  private readonly bruteForce: BruteForce;
  private readonly random: Random;
  private readonly questions: RandomCriteria;
  readonly result: CampaignResult = {
    ...{
      asked: 0,
      equal: 0,
      refused: 0,
      affected: 0,
      explanations: 0,
      exports: 0,
      differences: [],
    },
  };

  constructor(
    private readonly demo: LoadedDemo,
    recorded: Recorded,
    { seed, period }: { seed: string; period: { from: number; to: number } },
  ) {
    this.bruteForce = new BruteForce(recorded);
    this.random = new Random(seed, "questions");
    this.questions = new RandomCriteria(recorded, this.random, period);
  }

  async ask(item: number): Promise<void> {
    this.random.startAt(item);
    const question = { criteria: this.questions.criteria(), knownAt: this.questions.knownAt() };
    this.result.asked++;
    try {
      const difference = await this.differenceOf(question, item);
      if (difference === null) this.result.equal++;
      else this.result.differences.push({ question, difference });
    } catch (error) {
      const why = this.isRightRefusal(question, error) ? null : String(error);
      if (why === null) this.result.refused++;
      else this.result.differences.push({ question, difference: why });
    }
  }

  private async differenceOf(question: Question, item: number): Promise<string | null> {
    const { criteria, knownAt } = question;
    const by = this.random.pick(BREAKDOWNS);
    const { recallScope } = await this.query<{
      recallScope: { count: number; breakdown: Share[]; devices: Page & { totalCount: number } };
    }>(SCOPE, { ...question, by });
    const { count, breakdown, devices } = recallScope;
    const found = [...devices.nodes, ...(await this.laterPages(question, devices))];
    const expected = this.bruteForce.affected(criteria, knownAt);
    this.result.affected += expected.length;
    const [one, other] = [found, expected].map((list) => list.map((row) => row.serialNumber));
    if (`${one}` !== `${other}`)
      return `${found.length} devices, not ${expected.length}: ${missing(one, other)}`;
    if (count !== expected.length) return `count ${count}, not ${expected.length}`;
    if (devices.totalCount !== count) return `totalCount ${devices.totalCount}, not ${count}`;
    const shares = this.bruteForce.breakdown(expected, by, knownAt);
    const difference = differenceOfShares(breakdown, shares);
    if (difference) return `by ${by}: ${difference}`;
    const affected = new Set(expected);
    for (const device of this.someOf(expected)) {
      const wrong = await this.wrongExplanation(question, device, affected);
      if (wrong) return `explanation of ${device.serialNumber}: ${wrong}`;
    }
    if (item % EXPORTED_EVERY === 0) {
      const exported = await exportedScope(this.demo.services.manufacturing, question);
      this.result.exports++;
      if (exported.expectedRows !== count || `${exported.serialNumbers}` !== `${other}`)
        return `an export of ${exported.serialNumbers.length} devices, not ${count}: ${missing(exported.serialNumbers, other)}`;
    }
    return item % 10 === 0 ? this.differenceOfComparison(question, expected) : null;
  }

  private async laterPages(question: Question, first: Page): Promise<Page["nodes"]> {
    const nodes: Page["nodes"] = [];
    for (let page = first; page.pageInfo.hasNextPage; ) {
      const variables = { ...question, after: page.pageInfo.endCursor };
      const answer = await this.query<{ recallScope: { devices: Page } }>(PAGE, variables);
      page = answer.recallScope.devices;
      nodes.push(...page.nodes);
    }
    return nodes;
  }

  /** Two devices that are affected, where there are any, and two at random. */
  private someOf(affected: readonly RecordedDevice[]): RecordedDevice[] {
    const inside =
      affected.length > 0 ? [this.random.pick(affected), this.random.pick(affected)] : [];
    return [...inside, this.questions.device(), this.questions.device()];
  }

  private async wrongExplanation(
    { criteria, knownAt }: Question,
    device: RecordedDevice,
    affected: ReadonlySet<RecordedDevice>,
  ): Promise<string | null> {
    const { serialNumber } = device;
    const state = this.bruteForce.stateOf(device, knownAt);
    if (!state) return null;
    this.result.explanations++;
    const variables = { criteria, knownAt, serialNumber };
    const { recallScope } = await this.query<{
      recallScope: { explain: Explanation };
    }>(EXPLAIN, variables);
    const { affected: isSaid, clause, revision, installation } = recallScope.explain;
    const isAffected = affected.has(device);
    if (isSaid !== isAffected) return `says affected: ${isSaid}`;
    const part = partAt(criteria, clause.path);
    if (!part) return `there is no ${clause.path}`;
    const isMet = this.bruteForce.isAffected(part.criteria, device, knownAt);
    // Within noneOf, a clause that is met leaves the device out.
    if (isMet !== (isAffected !== part.isExcluding)) return `${clause.path} does not decide it`;
    if (revision && revision.serialNumber !== serialNumber) return "another device's revision";
    if (revision && revision.revision > state.revision) return "a revision that was not known then";
    if (installation && !clause.path.match(/component$|siblingsOf$/))
      return "no component was asked";
    return null;
  }

  private async differenceOfComparison(
    { criteria: a, knownAt }: Question,
    inA: readonly RecordedDevice[],
  ): Promise<string | null> {
    const b = this.questions.criteria(2);
    const inB = new Set(this.bruteForce.affected(b, knownAt));
    type Part = { count: number; breakdown: Share[]; devices: Pick<Page, "nodes"> };
    let compared: Record<"onlyInA" | "inBoth" | "onlyInB", Part>;
    try {
      const answer = await this.query<{ compareRecallScopes: typeof compared }>(COMPARE, {
        a,
        b,
        knownAt,
      });
      compared = answer.compareRecallScopes;
    } catch (error) {
      const isRight = this.isRightRefusal({ criteria: b, knownAt }, error);
      return isRight ? null : `against ${JSON.stringify(b)}: ${error}`;
    }
    const isInA = new Set(inA);
    const expected = {
      onlyInA: inA.filter((device) => !inB.has(device)),
      inBoth: inA.filter((device) => inB.has(device)),
      onlyInB: [...inB].filter((device) => !isInA.has(device)),
    };
    for (const name of ["onlyInA", "inBoth", "onlyInB"] as const) {
      const { count, breakdown, devices } = compared[name];
      if (count !== expected[name].length) return `${name} ${count}, not ${expected[name].length}`;
      const first = expected[name].slice(0, 1_000);
      const [one, other] = [devices.nodes, first].map((list) =>
        list.map((row) => row.serialNumber),
      );
      if (`${one}` !== `${other}`) return `${name}: other devices`;
      const shares = this.bruteForce.breakdown(expected[name], "phase", knownAt);
      const difference = differenceOfShares(breakdown, shares);
      if (difference) return `${name} by phase: ${difference}`;
    }
    return null;
  }

  /** A refusal of random criteria is right where indeed nothing can be affected by the named part. */
  private isRightRefusal({ criteria, knownAt }: Question, error: unknown): boolean {
    const { code, path } =
      (error as { extensions?: { code?: string; path?: string } }).extensions ?? {};
    if (path === undefined) return false;
    const part = partAt(criteria, path.replace(/^b[.]/, ""));
    if (!part) return false;
    const isEmpty = (given: GivenCriteria) => this.bruteForce.affected(given, knownAt).length === 0;
    if (code === "CONTRADICTION") return part.within.some(isEmpty) || isUpsideDown(part.criteria);
    if (code === "UNKNOWN_VALUE" || code === "BAD_USER_INPUT") return isEmpty(part.criteria);
    return false;
  }

  private query<Data>(text: string, variables: Record<string, unknown>): Promise<Data> {
    return this.demo.ask<Data>("manufacturing", { text, variables });
  }
}

interface Explanation {
  affected: boolean;
  clause: { path: string; sentence: string };
  revision: { revision: number; serialNumber: string } | null;
  installation: { id: string } | null;
}

/** A part of criteria by its path, what it stands within, and whether meeting it leaves a device out. */
function partAt(
  given: GivenCriteria,
  path: string,
): { criteria: GivenCriteria; isExcluding: boolean; within: GivenCriteria[] } | null {
  let here: GivenCriteria | undefined = given;
  let isExcluding = false;
  const within: GivenCriteria[] = [];
  for (const step of path.split(".")) {
    const [, member = "", place] = /^(\w+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    const value: unknown = here?.[member as keyof GivenCriteria];
    if (!here || value == null) return null;
    if (place === undefined) continue;
    within.push(here);
    if (member === "noneOf") isExcluding = !isExcluding;
    here = (value as GivenCriteria[])[Number(place)];
  }
  return here ? { criteria: here, isExcluding, within } : null;
}

function isUpsideDown({ field, serialNumber }: GivenCriteria): boolean {
  const range = field ?? serialNumber;
  return range?.from != null && range.to != null;
}

function differenceOfShares(
  shares: readonly Share[],
  expected: ReadonlyMap<string | null, number>,
): string | null {
  const isWhole = expected.size <= 1_000;
  if (isWhole && shares.length !== expected.size)
    return `${shares.length} values, not ${expected.size}`;
  for (const { value, count } of shares) {
    if (expected.get(value) !== count) return `${value} ${count}, not ${expected.get(value)}`;
  }
  const counts = shares.map(({ count }) => count);
  return counts.some((count, at) => count > (counts[at - 1] ?? count)) ? "not in order" : null;
}

function missing(one: readonly string[] = [], other: readonly string[] = []): string {
  const [found, expected] = [new Set(one), new Set(other)];
  const more = one.filter((row) => !expected.has(row)).slice(0, 3);
  const fewer = other.filter((row) => !found.has(row)).slice(0, 3);
  return `too many ${more.join(" ")}, too few ${fewer.join(" ")}`;
}
