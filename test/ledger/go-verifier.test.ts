import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import { type GoQuestion, GoVerifier, isGoInstalled } from "./go-verifier.ts";
import { mutationsOf } from "./mutations.ts";
import { SmallLog } from "./small-log.ts";

const installed = isGoInstalled();
const NAME = installed
  ? "Go's note and tlog packages"
  : "Go's note and tlog packages (skipped: golang-go and golang-golang-x-mod-dev are not installed)";

const log = new SmallLog(1_000);
const keys = {
  Log: log.signer.verifierKey,
  Witnesses: log.witnesses.map(({ verifierKey }) => verifierKey),
};
const entry = (index: number): Buffer => log.entries[index] as Buffer;
const checkpoint = (size: number): Buffer => Buffer.from(log.checkpoint(size));

async function proof(index: number, size: number): Promise<GoQuestion> {
  const file = await log.proofFile(index, size);
  return { Kind: "proof", Proof: Buffer.from(file), Entry: entry(index) };
}

async function consistency(oldSize: number, newSize: number): Promise<GoQuestion> {
  const Path = await log.consistencyPath(oldSize, newSize);
  return { Kind: "consistency", Old: checkpoint(oldSize), New: checkpoint(newSize), Path };
}

(installed ? describe : describe.skip)(NAME, () => {
  let go: GoVerifier;
  beforeAll(() => {
    go = new GoVerifier();
  }, 120_000);
  afterAll(() => go?.close());

  test("accept our checkpoints, entries, inclusion and consistency proofs", async () => {
    const random = new Random("go", "what is asked");
    const questions: GoQuestion[] = [];
    for (const size of [1, 2, 3, 5, 255, 256, 257, 511, 777, 1_000]) {
      const Entries = log.entries.slice(0, size);
      questions.push({ Kind: "root", New: checkpoint(size), Entries });
      for (let count = 0; count < 20; count += 1) {
        questions.push(await proof(random.below(size), size));
        questions.push(await consistency(random.between(1, size), size));
      }
    }
    expect(new Set(go.answers(questions, keys))).toEqual(new Set(["yes"]));
    expect(questions).toHaveLength(410);
  });

  test("refuse 10,000 mutations of them", async () => {
    const whole = await proof(77, 1_000);
    if (whole.Kind !== "proof") throw new Error("no proof");
    const text = whole.Proof.toString();
    const questions: GoQuestion[] = [...mutationsOf(text, 6_000, "go")].map(({ bytes }) => ({
      ...whole,
      Proof: bytes,
    }));
    const random = new Random("go", "mutations");
    for (let count = 0; count < 60; count += 1) {
      const newSize = random.between(3, 1_000);
      const asked = await consistency(random.between(2, newSize - 1), newSize);
      for (let times = 0; times < 50; times += 1) questions.push(mutatedConsistency(asked, random));
    }
    const New = checkpoint(30);
    for (let count = 0; count < 500; count += 1) {
      questions.push({ ...whole, Entry: flipped(whole.Entry, random) });
      const Entries = [...log.entries.slice(0, 30)];
      const at = random.below(Entries.length);
      Entries[at] = flipped(entry(at), random);
      questions.push({ Kind: "root", New, Entries });
    }
    expect(questions).toHaveLength(10_000);
    const answers = go.answers(questions, keys);
    expect(answers).toHaveLength(10_000);
    const accepted = answers.flatMap((answer, at) => (answer === "yes" ? [questions[at]] : []));
    expect(accepted).toEqual([]);
    // They are refused for what is wrong with each, not all for one thing.
    expect(new Set(answers).size).toBeGreaterThan(8);
  });

  test("accept nothing by other keys, or by a witness who did not cosign", async () => {
    const question = await proof(5, 300);
    const other = new SmallLog(1, log.origin, [4, 5, 6]);
    const [north = "", south = ""] = keys.Witnesses;
    const [stranger = ""] = other.witnesses.map(({ verifierKey }) => verifierKey);
    const asked = (Log: string, Witnesses: string[]) =>
      go.answers([question], { Log, Witnesses })[0];
    expect(asked(keys.Log, [north, south])).toBe("yes");
    expect(asked(other.signer.verifierKey, [north, south])).toMatch(/^no/);
    expect(asked(keys.Log, [north, stranger])).toMatch(/^no/);
  });
});

function mutatedConsistency(question: GoQuestion, random: Random): GoQuestion {
  if (question.Kind !== "consistency") throw new Error("no consistency proof");
  const path = [...question.Path];
  const at = random.below(path.length);
  switch (random.below(5)) {
    case 0:
      path[at] = flipped(path[at] as Buffer, random);
      return { ...question, Path: path };
    case 1:
      path.splice(at, 1);
      return { ...question, Path: path };
    case 2:
      path.splice(at, 0, Buffer.alloc(32, random.below(256)));
      return { ...question, Path: path };
    case 3:
      return { ...question, Old: flipped(question.Old, random) };
    default:
      return { ...question, New: flipped(question.New, random) };
  }
}

function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.below(copy.length);
  copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  return copy;
}
