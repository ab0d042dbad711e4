import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCheckpoint } from "../../shared/ledger/checkpoint.ts";
import { verifierOf, witnessSigner } from "../../shared/ledger/cosignature.ts";
import { privateKeyOf } from "../../shared/ledger/ed25519.ts";
import { consistencyPath, type SubtreeReader } from "../../shared/ledger/merkle.ts";
import type { NoteVerifier } from "../../shared/ledger/note.ts";
import { encodeWitnessRequest } from "../../shared/ledger/witness-request.ts";
import type { SeenTree } from "../../shared/ledger-audit/walk-cosignatures.ts";
import type { LogKeys } from "../../shared/ledger-store/log-keys.ts";
import { SeenCheckpoints } from "../../witness/seen-checkpoints.ts";
import { Witness } from "../../witness/service.ts";
import { TrustedLogs } from "../../witness/trusted-logs.ts";

/** Two witnesses with keys and folders of their own, that believe these logs. */
export class TwoWitnesses {
  private constructor(
    private readonly folder: string,
    private readonly witnesses: readonly {
      name: string;
      witness: Witness;
      seen: SeenCheckpoints;
    }[],
  ) {}

  static async open(logs: readonly LogKeys[]): Promise<TwoWitnesses> {
    const folder = await mkdtemp(join(tmpdir(), "witnesses-"));
    const trust = join(folder, "trusted");
    const vkeys = logs.flatMap(({ signers }) => signers.map(({ verifierKey }) => verifierKey));
    await writeFile(trust, vkeys.map((vkey) => `${vkey}\n`).join(""));
    const witnesses = ["north", "south"].map((name, index) => {
      const signer = witnessSigner(`${name}.example`, privateKeyOf(Buffer.alloc(32, 200 + index)));
      const seen = new SeenCheckpoints(join(folder, name));
      const witness = new Witness({ signer, trusted: new TrustedLogs(trust), seen });
      return { name: signer.name, witness, seen };
    });
    return new TwoWitnesses(folder, witnesses);
  }

  get verifiers(): NoteVerifier[] {
    return this.witnesses.map(({ witness }) => verifierOf(witness.verifierKey));
  }

  /** What each has seen last of a log. */
  async seen({ origin, signers }: LogKeys): Promise<SeenTree[]> {
    const logs = signers.map(({ verifierKey }) => verifierOf(verifierKey));
    const all = await Promise.all(
      this.witnesses.map(async ({ name, seen }) => {
        const kept = await seen.last(origin);
        if (kept === null) return [];
        const { checkpoint } = openCheckpoint(kept.note, { logs });
        return [{ witness: name, size: Number(checkpoint.size), root: checkpoint.root }];
      }),
    );
    return all.flat();
  }

  /** Gives a checkpoint to both; answers their cosignature lines by name, or the status of a refusal. */
  async submit(
    keys: LogKeys,
    { size, note, tree }: { size: number; note: string; tree: SubtreeReader },
  ): Promise<{ name: string; status: number; line: string }[]> {
    const seen = await this.seen(keys);
    return Promise.all(
      this.witnesses.map(async ({ name, witness }) => {
        const oldSize = seen.find((one) => one.witness === name)?.size ?? 0;
        const path =
          oldSize <= size ? await consistencyPath(BigInt(oldSize), BigInt(size), tree) : [];
        const body = encodeWitnessRequest({ oldSize: BigInt(oldSize), path, checkpoint: note });
        const { status, body: line } = await witness.addCheckpoint(Buffer.from(body));
        return { name, status, line };
      }),
    );
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
