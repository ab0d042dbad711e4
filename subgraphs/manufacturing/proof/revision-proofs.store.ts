import DataLoader from "dataloader";
import { entryText } from "../../../shared/ledger-store/entry.ts";
import type { PersonKeys } from "../../../shared/ledger-store/person-keys.store.ts";
import type { Sql } from "../../../shared/postgres/database.ts";
import { EntryProofs } from "../../../shared/proof/entry-proofs.store.ts";
import { proofText } from "../../../shared/proof/proof.ts";
import { DeviceRevisionStore } from "../device/device-revision.store.ts";
import { contentOfRow, entryOfRow, revisionEntryId } from "../ledger/revision-content.ts";
import type { MadeProof } from "./made-proof.ts";

/** A revision of a device. */
export interface RevisionName {
  deviceId: number;
  revision: number;
}

export interface RevisionProofOptions {
  sql: Sql;
  tenant: string;
  personKeys: PersonKeys;
  /** How many witnesses make a checkpoint witnessed. */
  quorum: number;
  /** Whether a proof also leads to the newest witnessed tree. */
  continues?: boolean;
}

const PROOFS_AT_ONCE = 500;

/** Makes the proofs of a tenant's revisions. Lives for one request. */
export class RevisionProofs {
  private readonly revisions: DeviceRevisionStore;
  private readonly entries: EntryProofs;

  constructor(private readonly options: RevisionProofOptions) {
    const { sql, tenant, quorum } = options;
    this.revisions = new DeviceRevisionStore(sql, tenant);
    this.entries = new EntryProofs(sql, tenant, quorum);
  }

  /** Of many revisions in a few statements. */
  readonly of = new DataLoader<RevisionName, MadeProof, string>((names) => this.make(names), {
    maxBatchSize: PROOFS_AT_ONCE,
    cacheKeyFn: ({ deviceId, revision }) => `${deviceId} ${revision}`,
  });

  private async make(names: readonly RevisionName[]): Promise<MadeProof[]> {
    const { sql, tenant, personKeys, continues = false } = this.options;
    const ids = names.map(({ deviceId, revision }) => revisionEntryId(deviceId, revision));
    const [proofs, found] = await Promise.all([
      this.entries.of(ids, { continues }),
      Promise.all(
        names.map(({ deviceId, revision }) =>
          this.revisions.range.load({ deviceId, lowest: revision, highest: revision }),
        ),
      ),
    ]);
    // Of what has no entry yet nobody is met here: a reader makes no keys.
    const logged = found.filter((_, place) => proofs[place]).flat();
    const actors = [...new Set(logged.map(({ actor }) => actor))];
    const persons = await personKeys.learn(sql, tenant, actors);
    return proofs.map((proof, place): MadeProof => {
      if (!proof) return { state: "NOT_LOGGED_YET" };
      const row = found[place]?.[0];
      const person = row && persons.get(row.actor);
      if (!row || !person) throw new Error(`there is no revision ${ids[place]}`);
      if (entryText(entryOfRow(tenant, row, person)) !== proof.entry) return { state: "DIFFERS" };
      return { state: "PROVEN", text: proofText({ ...proof, content: contentOfRow(row, person) }) };
    });
  }
}
