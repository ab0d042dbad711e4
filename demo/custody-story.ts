import type { Timestamp } from "../shared/time.ts";
import type { CloudIdentityState } from "../subgraphs/ownership/identity/identity.ts";
import type { OwnershipChange } from "../subgraphs/ownership/ownership/ownership.ts";
import { DAY, HOUR, type Micros, SECOND, timestampOf } from "./clock.ts";
import { type DemoDevice, LINK_ACTOR } from "./device-story.ts";
import { type DemoOwner, People } from "./people.ts";
import { type Plan, padded } from "./plan.ts";
import { Random } from "./random.ts";
import { REASONS } from "./reasons.ts";

/** A provisioned device with everything that Ownership would have recorded about it. */
export interface Custody {
  connhexId: string;
  serialNumber: string;
  name: string;
  model: string;
  /** The code that a protected device is claimed with; it follows from the seed, as all here does. */
  claimCode: string | null;
  /** Oldest first. */
  states: IdentityChange[];
  /** Oldest first; empty where nobody has registered it. */
  changes: CustodyChange[];
}

export interface IdentityChange {
  state: CloudIdentityState;
  at: Timestamp;
  actor: string | null;
  reason: string | null;
}

export interface CustodyChange {
  kind: OwnershipChange;
  /** The owner's number; null after a release. */
  owner: number | null;
  at: Timestamp;
  actor: string;
  reason: string | null;
}

export interface NewDemoOwner extends DemoOwner {
  createdAt: Timestamp;
}

/** Neighbours in production share a small circle of persons, so that nobody is looked up twice. */
export const CIRCLE_DEVICES = 64;
const CIRCLE_PERSONS = 40;

/** Tells who got which device. */
export class CustodyStories {
  readonly people: People;
  private readonly random: Random;

  constructor(private readonly plan: Plan) {
    const seed = `${plan.seed} ${plan.devices}`;
    this.people = new People(seed, 10 + Math.min(2_000, Math.floor(plan.devices / 500)));
    this.random = new Random(seed, "custody");
  }

  /** Owner numbers are all below this. */
  get ownersEnd(): number {
    const circles = Math.ceil(this.plan.devices / CIRCLE_DEVICES);
    return this.people.organisations + circles * CIRCLE_PERSONS;
  }

  /** The organisations: customers from the first day on. */
  organisations(): NewDemoOwner[] {
    const createdAt = timestampOf(this.plan.from);
    return Array.from({ length: this.people.organisations }, (_, number) => ({
      ...this.people.of(number),
      createdAt,
    }));
  }

  /** The persons whom these devices' stories name, as new as their first device. */
  persons(custodies: readonly Custody[]): NewDemoOwner[] {
    const since = new Map<number, Timestamp>();
    for (const { owner, at } of custodies.flatMap(({ changes }) => changes)) {
      if (owner === null || owner < this.people.organisations) continue;
      const known = since.get(owner);
      if (known === undefined || at < known) since.set(owner, at);
    }
    const numbers = [...since.keys()].sort((one, other) => one - other);
    return numbers.map((number) => ({
      ...this.people.of(number),
      createdAt: since.get(number) ?? "",
    }));
  }

  /** Null for a device without a cloud identity. */
  of(device: DemoDevice): Custody | null {
    const { connhexId, provisionedAt, serialNumber, model } = device;
    if (connhexId === null || provisionedAt === null) return null;
    const random = this.random.startAt(device.index);
    const claimCode = random.chance(0.1) ? claimCodeOf(random) : null;
    const steps = this.changes(random, device.index, provisionedAt);
    const changes = steps.map(({ at, ...change }) => ({ ...change, at: timestampOf(at) }));
    const states = this.states(random, provisionedAt, steps.at(-1)?.at ?? provisionedAt);
    return {
      ...{ connhexId, serialNumber, model, claimCode, states, changes },
      name: `${model} ${serialNumber}`,
    };
  }

  private changes(random: Random, index: number, provisionedAt: Micros): Step[] {
    const steps: Step[] = [];
    let owner: number | null = null;
    let at = provisionedAt;
    for (;;) {
      at += random.between(3 * DAY, steps.length === 0 ? 160 * DAY : 300 * DAY);
      const goesOn = random.chance(steps.length === 0 ? 0.9 : steps.length === 1 ? 0.16 : 0.35);
      if (at > this.plan.present || !goesOn || steps.length === 4) return steps;
      if (owner !== null && random.chance(0.25)) {
        const actor = this.actor(random, owner);
        steps.push({
          kind: "RELEASED",
          owner: null,
          at,
          actor,
          reason: random.pick(REASONS.giveBack),
        });
        owner = null;
        continue;
      }
      const next = this.newOwner(random, index, owner);
      // The old owner hands it over; somebody new registers it.
      const actor = this.actor(random, owner ?? next);
      const reason = owner === null ? null : random.pick(REASONS.transfer);
      const kind = owner === null ? "REGISTERED" : "TRANSFERRED";
      steps.push({ kind, owner: next, at, actor, reason });
      owner = next;
    }
  }

  private newOwner(random: Random, index: number, present: number | null): number {
    const circle = Math.floor(index / CIRCLE_DEVICES);
    const firstPerson = this.people.organisations + circle * CIRCLE_PERSONS;
    for (;;) {
      const number = random.chance(0.25)
        ? random.below(this.people.organisations)
        : firstPerson + random.below(CIRCLE_PERSONS);
      if (number !== present) return number;
    }
  }

  private actor(random: Random, owner: number): string {
    const clerk = `support-${padded(random.between(1, 9), 2)}`;
    return this.people.of(owner).subject ?? clerk;
  }

  /** Only after the last change of owner: what is suspended or revoked changes hands no more. */
  private states(random: Random, provisionedAt: Micros, lastChange: Micros): IdentityChange[] {
    const actor = "line-provisioning";
    const at = provisionedAt - random.between(SECOND / 5, 2 * SECOND);
    // Manufacturing records the link first, and Ownership takes note of that.
    const activeAt = provisionedAt + random.between(SECOND / 200, SECOND / 4);
    const states: IdentityChange[] = [
      { state: "PENDING", at: timestampOf(at), actor, reason: null },
      { state: "ACTIVE", at: timestampOf(activeAt), actor: LINK_ACTOR, reason: null },
    ];
    const luck = random.share();
    if (luck >= 0.015) return states;
    let when = lastChange + random.between(HOUR, 30 * DAY);
    const add = (state: CloudIdentityState, reasons: readonly string[]) => {
      if (when > this.plan.present) return;
      const by = `eng-${padded(random.between(1, 12), 2)}`;
      states.push({ state, at: timestampOf(when), actor: by, reason: random.pick(reasons) });
      when += random.between(HOUR, 9 * DAY);
    };
    if (luck < 0.004) add("REVOKED", REASONS.revocation);
    else {
      add("SUSPENDED", REASONS.suspension);
      if (luck < 0.009) add("ACTIVE", REASONS.resumption);
    }
    return states;
  }
}

type Step = Omit<CustodyChange, "at"> & { at: Micros };

/** Crockford's base32, as Ownership's own codes. */
function claimCodeOf(random: Random): string {
  const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const part = () => Array.from({ length: 4 }, () => alphabet[random.below(32)]).join("");
  return `${part()}-${part()}-${part()}`;
}
