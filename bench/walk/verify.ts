import canonicalize from "canonicalize";
import type { Drive } from "./drive.ts";
import type { Serving } from "./variant.ts";

/** The answers that the first variant gave, one canonical text a device; the others must equal them. */
export class Verification {
  private reference: { from: string; texts: readonly string[] } | null = null;

  constructor(
    private readonly connhexIds: readonly string[],
    private readonly drive: Drive,
  ) {}

  /** Asks for every device once, and compares every field. Fails naming the first difference. */
  async check(name: string, serving: Serving, connections: number): Promise<void> {
    const requests = this.connhexIds.map((id) => serving.requestFor(id));
    const { origin } = serving;
    const job = { origin, requests, connections, seconds: null, keepsAnswers: true };
    const { answers } = await this.drive.run(job);
    const texts = answers.map((text) => canonicalize(serving.deviceOf(JSON.parse(text))) ?? "");
    this.reference ??= { from: name, texts };
    const { from, texts: expected } = this.reference;
    const place = this.connhexIds.findIndex((_, index) => texts[index] !== expected[index]);
    if (place === -1) return;
    throw new Error(
      `${name} answers otherwise than ${from} for ${this.connhexIds[place]}: ` +
        firstDifference(texts[place] ?? "", expected[place] ?? ""),
    );
  }
}

const SHOWN = 200;

function firstDifference(one: string, other: string): string {
  let from = 0;
  while (from < one.length && one[from] === other[from]) from++;
  const start = Math.max(0, from - SHOWN / 2);
  return `…${one.slice(start, start + SHOWN)}… instead of …${other.slice(start, start + SHOWN)}…`;
}
