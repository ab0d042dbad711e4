import { Random } from "../../demo/random.ts";
import { rootOf } from "../../shared/ledger/merkle.ts";
import type { AuditDeviation } from "../../shared/ledger-audit/findings.ts";
import type { SeenTree } from "../../shared/ledger-audit/walk-cosignatures.ts";
import type { Sql } from "../../shared/postgres/database.ts";
import { type AuditedTown, openAuditedTown, SERVICES } from "../ledger-audit/audited-town.ts";
import { BusyTown } from "../ledger-audit/busy-town.ts";
import type { ServiceName } from "../support/service-databases.ts";
import type { Attack, Done } from "./attack.ts";
import { backUp } from "./backups.ts";
import { Superuser } from "./superuser.ts";
import { TwoWitnesses } from "./two-witnesses.ts";

/** What became of an attack. */
export interface Attacked {
  done: Done;
  /** What the audit says that has asked the witnesses. */
  deviations: readonly AuditDeviation[];
  /** What it says where nobody asked them. */
  unwitnessed: readonly AuditDeviation[];
  /** What the witnesses answered to the newest checkpoint. */
  statuses: readonly number[];
}

interface Place {
  service: ServiceName;
  superuser: Superuser;
  seen: readonly SeenTree[];
}

/** A town that has lived for a while, whose logs two witnesses have seen, and an old backup of it. */
export class AttackedTown {
  private constructor(
    private readonly audited: AuditedTown,
    private readonly witnesses: TwoWitnesses,
    private readonly places: readonly Place[],
  ) {}

  static async open(seed: string): Promise<AttackedTown> {
    const audited = await openAuditedTown();
    const busy = new BusyTown(audited, new Random(seed, "the town's life"));
    const superusers = SERVICES.map((service) => new Superuser(audited.databases[service]));
    await busy.live(35);
    await audited.caughtUp();
    for (const superuser of superusers) await backUp(superuser);
    await busy.live(35);
    await audited.caughtUp();
    await audited.stopLogs();
    const witnesses = await TwoWitnesses.open(SERVICES.map((service) => audited.keys[service]));
    const places: Place[] = [];
    for (const [at, service] of SERVICES.entries()) {
      const superuser = superusers[at] as Superuser;
      const keys = audited.keys[service];
      for (const { name, status, line } of await witnesses.submit(keys, await newest(superuser))) {
        if (status !== 200) throw new Error(`${name} answered ${status}: ${line}`);
        await superuser.run(
          "INSERT INTO ledger_cosignature (size, witness, line) SELECT max(size), $1, $2 FROM ledger_checkpoint",
          [name, line],
        );
      }
      places.push({ service, superuser, seen: await witnesses.seen(keys) });
    }
    return new AttackedTown(audited, witnesses, places);
  }

  /** Attacks one of the services by chance, looks who finds it, and undoes it. Null: nothing was done. */
  async attack(attack: Attack, random: Random): Promise<Attacked | null> {
    const places = this.places.filter(({ service }) => service === (attack.service ?? service));
    const { service, superuser, seen } = random.pick(places);
    const keys = this.audited.keys[service];
    const { origin, signers } = keys;
    const [signer] = signers;
    if (!signer) throw new Error("the log has no key");
    let made: Done | null = null;
    return superuser.meanwhile(
      async (sql) => {
        made = await attack({ sql, random, service, origin, signer });
      },
      async (sql) => {
        const done = made as Done | null;
        if (done === null) return null;
        const said = done.isForgotten ? seen.map(forgotten) : seen;
        const { deviations } = await this.audited.audit(service, {
          ...{ sql, witnesses: this.witnesses.verifiers, isWitnessed: true, seen: said },
        });
        if (done.by === "AUDIT") {
          return { done, deviations, unwitnessed: deviations, statuses: [] };
        }
        const unwitnessed = (await this.audited.audit(service, { sql })).deviations;
        const answers = await this.witnesses.submit(keys, await newest(sql));
        return { done, deviations, unwitnessed, statuses: answers.map(({ status }) => status) };
      },
    );
  }

  /** What the audits say when nobody has done anything. */
  async untouched(): Promise<AuditDeviation[]> {
    const found: AuditDeviation[] = [];
    for (const { service, seen } of this.places) {
      const how = { seen, witnesses: this.witnesses.verifiers, isWitnessed: true };
      found.push(...(await this.audited.audit(service, how)).deviations);
    }
    return found;
  }

  async close(): Promise<void> {
    await Promise.all(this.places.map(({ superuser }) => superuser.close()));
    await this.witnesses.close();
    await this.audited.close();
  }
}

/** As a witness answers that knows nothing of the log any more, or somebody in its place. */
function forgotten({ witness }: SeenTree): SeenTree {
  return { witness, size: 0, root: null };
}

/** The newest checkpoint of a log, and the tree of its leaves. */
async function newest(sql: Pick<Sql, "run">) {
  const [checkpoint] = await sql.run<{ size: number; note: string }>(
    "SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1",
  );
  const leaves = await sql.run<{ hash: Buffer }>(
    "SELECT hash FROM ledger_leaf ORDER BY leaf_index",
  );
  if (!checkpoint) throw new Error("the log has no checkpoint");
  return {
    ...checkpoint,
    tree: {
      subtree: async (level: number, index: bigint) => {
        const from = Number(index) * 2 ** level;
        return rootOf(leaves.slice(from, from + 2 ** level).map(({ hash }) => hash));
      },
    },
  };
}
