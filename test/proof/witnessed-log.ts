import { generateKeyPairSync } from "node:crypto";
import { cosign, type WitnessSigner, witnessSigner } from "../../shared/ledger/cosignature.ts";
import { leafHash } from "../../shared/ledger/merkle.ts";
import { withSignatureLines } from "../../shared/ledger/note.ts";
import { type Policy, parsePolicy } from "../../shared/ledger/policy.ts";
import { contentHash, contentText } from "../../shared/ledger-store/content-fields.ts";
import { entryText } from "../../shared/ledger-store/entry.ts";
import { proofText } from "../../shared/proof/proof.ts";
import { SmallLog } from "../witness/small-log.ts";

const FIELDS = { serialNumber: "text", lotCode: "text", changed: "texts" } as const;

/** A log of revisions in memory, two witnesses that have seen all of it, and whoever trusts them. */
export class WitnessedLog {
  readonly log: SmallLog;
  readonly witnesses: readonly WitnessSigner[];
  readonly entries: string[] = [];
  readonly contents: string[] = [];
  /** When each size was first cosigned, in Unix seconds. */
  readonly seenAt = (size: bigint) => 1_700_000_000n + size;
  /** How much later each witness sees it. */
  secondsLate: readonly bigint[] = [0n, 0n];

  constructor(readonly origin = "factory.example/manufacturing") {
    this.log = new SmallLog(origin);
    this.witnesses = ["north.example", "south.example"].map((name) =>
      witnessSigner(name, generateKeyPairSync("ed25519").privateKey),
    );
  }

  grow(revisions: number): this {
    for (let made = 0; made < revisions; made++) {
      const place = this.entries.length;
      const row = { serialNumber: `SN-${place}`, lotCode: `L-${place % 7}`, changed: ["lotCode"] };
      const content = contentText(FIELDS, row);
      const entry = entryText({
        ...{
          actor: "ab".repeat(32),
          at: "2026-01-31T08:00:00.000000Z",
          content: contentHash(content),
        },
        ...{ id: `revision/${place}/1`, tenant: "demo", type: "REVISION" },
      });
      this.contents.push(content);
      this.entries.push(entry);
      this.log.leaves.push(leafHash(Buffer.from(entry)));
    }
    return this;
  }

  checkpoint(size: bigint, by: readonly WitnessSigner[] = this.witnesses): string {
    const lines = by.map((witness, index) => {
      const seconds = this.seenAt(size) + (this.secondsLate[index] ?? 0n);
      return cosign(this.log.text(size), seconds, witness);
    });
    return withSignatureLines(this.log.note(size), lines);
  }

  async proof(
    place: number,
    facts: { size?: bigint; until?: bigint; by?: readonly WitnessSigner[]; content?: string } = {},
  ): Promise<string> {
    const { size = this.log.size, until, by } = facts;
    const index = BigInt(place);
    return proofText({
      entry: this.entries[place] ?? "",
      content: facts.content ?? this.contents[place] ?? "",
      index,
      path: await this.log.inclusion(index, size),
      checkpoint: this.checkpoint(size, by),
      until:
        until === undefined
          ? null
          : { checkpoint: this.checkpoint(until), path: await this.log.consistency(size, until) },
    });
  }

  policyText(more: readonly string[] = []): string {
    const [north, south] = this.witnesses.map(({ verifierKey }) => verifierKey);
    return [
      ...[`log ${this.log.signer.verifierKey}`, ...more],
      ...[`witness north ${north}`, `witness south ${south}`],
      ...["group both all north south", "quorum both", ""],
    ].join("\n");
  }

  policy(more: readonly string[] = []): Policy {
    return parsePolicy(this.policyText(more));
  }
}
