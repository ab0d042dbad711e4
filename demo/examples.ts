import {
  BAD_CAPACITOR_BATCH,
  BAD_MODEM_LOT,
  COMPONENT_SUPPLIERS,
  FAULTY_FIRMWARE,
} from "./catalogue.ts";
import { type Custody, CustodyStories } from "./custody-story.ts";
import type { DemoDevice } from "./device-story.ts";
import { DemoFactory } from "./factory.ts";
import type { DemoOptions } from "./plan.ts";

/** Where to begin in a demo; the same seed and number give the same ones. */
export interface DemoExamples {
  /** A device with a long history, bad capacitors where it has them, and the owners it has had. */
  connhexId: string | null;
  serialNumber: string;
  lotCode: string;
  /** The token subject of its present owner, where he signs in. */
  ownerSubject: string | null;
  /** Others of its lot. */
  lotSiblings: string[];
  /** A protected device that nobody has registered yet, and the code to claim it with. */
  unclaimed: { connhexId: string; claimCode: string } | null;
  badCapacitorBatch: string;
  faultyFirmware: { from: string; to: string };
  badSupplierLot: { supplier: string; supplierLot: string };
}

/** Devices that are looked at before one is chosen. */
const LOOKED_AT = 3_000;
const SIBLINGS = 5;

export function demoExamples(options: DemoOptions): DemoExamples {
  const factory = new DemoFactory(options);
  const custodies = new CustodyStories(factory.plan);
  const [planted] = factory.fates.plantedLots;
  const from = Math.min(planted?.firstDevice ?? 0, Math.max(0, options.devices - LOOKED_AT));
  let best = told(factory.device(from), custodies);
  let unclaimed: DemoExamples["unclaimed"] = null;
  for (const device of factory.devices(from, from + LOOKED_AT)) {
    const next = told(device, custodies);
    if (next.worth > best.worth) best = next;
    unclaimed ??= unclaimedOf(next.custody);
  }
  return {
    connhexId: best.device.connhexId,
    serialNumber: best.device.serialNumber,
    lotCode: best.lotCode,
    ownerSubject: best.owner === null ? null : custodies.people.of(best.owner).subject,
    lotSiblings: siblingsOf(best.device, factory),
    unclaimed,
    badCapacitorBatch: BAD_CAPACITOR_BATCH,
    faultyFirmware: { from: FAULTY_FIRMWARE.from, to: FAULTY_FIRMWARE.to },
    badSupplierLot: {
      supplier: COMPONENT_SUPPLIERS.modem.supplier,
      supplierLot: BAD_MODEM_LOT,
    },
  };
}

function unclaimedOf(custody: Custody | null): DemoExamples["unclaimed"] {
  const isFree = custody?.changes.length === 0 && custody.states.at(-1)?.state === "ACTIVE";
  if (!isFree || custody.claimCode === null) return null;
  return { connhexId: custody.connhexId, claimCode: custody.claimCode };
}

interface Told {
  device: DemoDevice;
  custody: Custody | null;
  lotCode: string;
  owner: number | null;
  worth: number;
}

/** The more there is to see of a device, the more it is worth. */
function told(device: DemoDevice, custodies: CustodyStories): Told {
  const custody = custodies.of(device);
  const record = device.revisions.at(-1)?.record;
  const owner = custody?.changes.at(-1)?.owner ?? null;
  const isBad = record?.attributes.capacitorBatch === BAD_CAPACITOR_BATCH;
  const isActive = custody?.states.at(-1)?.state === "ACTIVE";
  const signsIn = owner !== null && custodies.people.of(owner).subject !== null;
  const worth =
    device.revisions.length * 2 +
    (custody?.changes.length ?? 0) * 3 +
    (isBad ? 4 : 0) +
    (isActive ? 4 : 0) +
    (owner === null ? 0 : 5) +
    (signsIn ? 5 : 0);
  return { device, custody, lotCode: record?.lotCode ?? "", owner, worth };
}

function siblingsOf({ index }: DemoDevice, factory: DemoFactory): string[] {
  const siblings: string[] = [];
  const lotCodeOf = (device: DemoDevice) => device.revisions.at(-1)?.record.lotCode;
  const lotCode = lotCodeOf(factory.device(index));
  const { lots } = factory.plan;
  const lot = lots.find((one) => one.lotCode === lotCode);
  if (!lot) return siblings;
  for (const device of factory.devices(lot.firstDevice, lot.firstDevice + lot.size)) {
    if (device.index !== index && lotCodeOf(device) === lotCode) siblings.push(device.serialNumber);
    if (siblings.length === SIBLINGS) break;
  }
  return siblings;
}
