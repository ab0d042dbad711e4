import type { Random } from "../../demo/random.ts";
import { lineOf } from "../access-log/lines.ts";
import type { Answer, Variables } from "../manufacturing/factory.ts";
import { devices, LOOK, OFFER, ownerInput, person, REGISTER, STATE } from "../ownership/town.ts";
import type { AuditedTown } from "./audited-town.ts";

/** What a factory, its customers and its support do in a day, by chance; every act is allowed. */
export class BusyTown {
  private devices = 0;
  private readonly revisions = new Map<string, number>();
  private readonly provisioned: string[] = [];
  private readonly owned = new Set<string>();
  private recalls = 0;

  constructor(
    private readonly audited: AuditedTown,
    private readonly random: Random,
    private readonly prefix = "SN",
  ) {}

  /** Does so many things, one after the other. */
  async live(acts: number): Promise<void> {
    await this.record();
    for (let act = 0; act < acts; act += 1) {
      await this.random.pick([
        () => this.record(),
        () => this.correct(),
        () => this.recordMore(),
        () => this.provision(),
        () => this.own(),
        () => this.suspend(),
        () => this.recall(),
        () => this.look(),
      ])();
    }
  }

  private get factory(): AuditedTown["town"]["factory"] {
    return this.audited.town.factory;
  }

  async record(): Promise<void> {
    const rows = Array.from({ length: this.random.between(1, 4) }, () => {
      this.devices += 1;
      const serialNumber = `${this.prefix}-${this.devices}`;
      this.revisions.set(serialNumber, 1);
      return { serialNumber, lotCode: `L-${this.random.below(5)}`, operator: "Ada Lovelace" };
    });
    await this.factory.record(...rows);
  }

  private anyDevice(): string {
    return this.random.pick([...this.revisions.keys()]);
  }

  private async correct(): Promise<void> {
    const serialNumber = this.anyDevice();
    const revision = this.revisions.get(serialNumber) ?? 1;
    this.revisions.set(serialNumber, revision + 1);
    await this.factory.correct(serialNumber, revision, { lotCode: `C-${this.random.word()}` });
  }

  private async recordMore(): Promise<void> {
    const serialNumber = this.anyDevice();
    // What is known already is not recorded again; a phase goes forward.
    const { data } = await this.factory.ask(
      "line",
      `mutation ($input: [DeviceRecordInput!]!) {
        recordDevices(input: $input) { verdicts { revision } } }`,
      { input: [{ serialNumber, phase: "TESTING" }] },
    );
    this.revisions.set(serialNumber, data.recordDevices.verdicts[0].revision);
  }

  private async provision(): Promise<void> {
    const serialNumber = this.anyDevice();
    const connhexId = `chx-${serialNumber}`.toLowerCase();
    if (this.provisioned.includes(connhexId)) return;
    await this.audited.town.provision({ serialNumber, connhexId });
    await this.confirmed(connhexId);
    // The link is a revision too.
    this.revisions.set(serialNumber, (this.revisions.get(serialNumber) ?? 1) + 1);
    this.provisioned.push(connhexId);
  }

  /** On a busy machine Manufacturing is asked again later, and the identity waits for it. */
  private async confirmed(connhexId: string): Promise<void> {
    for (;;) {
      const { _entities } = await this.audited.town.get("support", LOOK, devices(connhexId));
      if (_entities[0].identity.state !== "PENDING") return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async own(): Promise<void> {
    const free = this.provisioned.filter((connhexId) => !this.owned.has(connhexId));
    if (free.length === 0) return this.provision();
    const connhexId = this.random.pick(free);
    this.owned.add(connhexId);
    const who = person(connhexId);
    const { town } = this.audited;
    const input = { connhexId, owner: ownerInput("Olga Owner") };
    const { registerOwnership } = await town.get(who, REGISTER, { input });
    if (this.random.chance(0.3)) return this.erase(registerOwnership.owner.id, connhexId);
    if (!this.random.chance(0.4)) return;
    await town.get(who, OFFER, { connhexId });
    await town.get(
      "support",
      `mutation ($id: ID!) { releaseOwnership(connhexId: $id, reason: "sent back") { id } }`,
      { id: connhexId },
    );
    this.owned.delete(connhexId);
  }

  private async erase(ownerId: string, connhexId: string): Promise<void> {
    await this.audited.town.get(
      "compliance",
      `mutation ($ownerId: ID!) {
        eraseOwner(ownerId: $ownerId, reason: "asked for", overrideHold: true) { erasedAt } }`,
      { ownerId },
    );
    this.owned.delete(connhexId);
  }

  private async suspend(): Promise<void> {
    if (this.provisioned.length === 0) return this.provision();
    const connhexId = this.random.pick(this.provisioned);
    for (const state of ["SUSPENDED", "ACTIVE"]) {
      await this.audited.town.get("engineering", STATE, { connhexId, state, reason: "a test" });
    }
  }

  private async recall(): Promise<void> {
    this.recalls += 1;
    const { freezeRecall } = await this.mustAsk(
      "mutation ($input: FreezeRecallInput!) { freezeRecall(input: $input) { id } }",
      {
        input: {
          ...{ title: `Recall ${this.recalls}`, reason: "cold joints" },
          criteria: { serialNumber: { in: [this.anyDevice()] } },
        },
      },
    );
    if (!this.random.chance(0.5)) return;
    await this.mustAsk(
      `mutation ($id: ID!) { withdrawRecall(id: $id, reason: "a mistake") { id } }`,
      { id: freezeRecall.id },
    );
  }

  private async mustAsk(document: string, variables: Variables): Promise<Answer["data"]> {
    const { data, errors } = await this.factory.ask("recall_manager", document, variables);
    if (errors[0]) throw errors[0];
    return data;
  }

  private async look(): Promise<void> {
    const subject = this.random.pick(["ada", "bob", "eve"]);
    await this.audited.accessLog.record(lineOf({ subject, ms: this.random.below(1_000) / 7 }));
  }
}
