import { Random } from "../../demo/random.ts";

/** A mutation of a text: what was done to it, and what came of it. */
export interface Mutation {
  kind: string;
  bytes: Buffer;
}

type Mutate = (text: string, random: Random) => string | Buffer;

const KINDS: Readonly<Record<string, Mutate>> = {
  "one bit is another": (text, random) => {
    const bytes = Buffer.from(text);
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
    return bytes;
  },
  "one character is another": (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at + 1);
  },
  "a character is gone": (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + text.slice(at + 1);
  },
  "a character too many": (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + random.pick(CHARACTERS) + text.slice(at);
  },
  "a line is gone": (text, random) => {
    const lines = text.split("\n");
    lines.splice(random.below(lines.length), 1);
    return lines.join("\n");
  },
  "a line stands twice": (text, random) => {
    const lines = text.split("\n");
    const at = random.below(lines.length);
    return [...lines.slice(0, at + 1), ...lines.slice(at)].join("\n");
  },
  "two lines change places": (text, random) => {
    const lines = text.split("\n");
    const [a, b] = [random.below(lines.length), random.below(lines.length)];
    const [first, second] = [lines[a] as string, lines[b] as string];
    // Signatures may stand in any order.
    if (first.startsWith("\u2014") && second.startsWith("\u2014")) return text;
    [lines[a], lines[b]] = [second, first];
    return lines.join("\n");
  },
  "it is cut off": (text, random) => text.slice(0, random.below(text.length)),
  "there is more behind it": (text, random) => text + random.pick(["\n", " ", "x", "old 1\n"]),
  "a line ends with a carriage return": (text, random) => {
    const lines = text.split("\n");
    const at = random.below(lines.length - 1);
    lines[at] += "\r";
    return lines.join("\n");
  },
  "a number is another": (text, random) => {
    const numbers = [...text.matchAll(/(?<=^|\s)\d+$/gm)];
    const one = random.pick(numbers);
    const value = BigInt(one[0]);
    const other = random.pick([`0${value}`, `${value + 1n}`, `${value + 256n}`, `+${value}`, "-1"]);
    return text.slice(0, one.index) + other + text.slice(one.index + one[0].length);
  },
};
const CHARACTERS = [..."0129AZaz+/=-\u2014 \n\r\t\u0000é"];

/** So many mutations of a text that has a number in it; each is other than the text. */
export function* mutationsOf(text: string, count: number, seed: string): Generator<Mutation> {
  const random = new Random(seed, "mutations");
  const kinds = Object.entries(KINDS);
  const bytes = Buffer.from(text);
  for (let made = 0; made < count; ) {
    const [kind, mutate] = random.pick(kinds);
    const mutated = Buffer.from(mutate(text, random));
    if (mutated.equals(bytes)) continue;
    made += 1;
    yield { kind, bytes: mutated };
  }
}
