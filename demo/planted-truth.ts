import {
  BAD_CAPACITOR_BATCH,
  BAD_MODEM_LOT,
  COMPONENT_SUPPLIERS,
  FAULTY_FIRMWARE,
} from "./catalogue.ts";
import { ComponentStories } from "./component-story.ts";
import { Fates, isFaulty, isFree } from "./fate.ts";
import { type DemoOptions, type Plan, planProduction } from "./plan.ts";

/** Serial numbers, rising in the order of production. */
export interface Members {
  current: string[];
  ever: string[];
}

/** What was planted in a demo. Read off the plan and the fates: no story and no database is asked. */
export interface PlantedTruth {
  /** A bad batch of capacitors went into part of these lots. */
  capacitorBatch: Members & { field: "capacitorBatch"; value: string; lots: string[] };
  /** Versions `from` to `to`, both included and compared as versions, lose their set points. */
  firmware: Members & { from: string; to: string; versions: readonly string[] };
  /** A lot of modems is bad. Rework took some out of devices, and put some into others. */
  supplierLot: Members & { supplier: string; partNumber: string; supplierLot: string };
  /** Devices that were once recorded in lot `from` and are in lot `to`: ever, but not currently. */
  lotCorrections: { serialNumber: string; from: string; to: string }[];
  /** Every lot's members now and ever, in numbers. */
  lots: { lotCode: string; current: number; ever: number }[];
  quarantined: number;
  scrapped: number;
  provisioned: number;
}

export function plantedTruth(options: DemoOptions): PlantedTruth {
  const plan = planProduction(options);
  const fates = new Fates(plan);
  const components = new ComponentStories(plan);
  const truth = nothing(plan, fates);
  const lots = new Map(truth.lots.map((lot) => [lot.lotCode, lot]));
  for (const lot of plan.lots) {
    for (let index = lot.firstDevice; index < lot.firstDevice + lot.size; index++) {
      const fate = fates.of(lot, index);
      const { serialNumber, capacitorBatch, capacitorBatchAtFirst } = fate;
      addTo(truth.capacitorBatch, serialNumber, [capacitorBatchAtFirst, capacitorBatch], isBad);
      const { modemLotAtFirst, modemLot } = components.fateOf(lot, fate);
      addTo(truth.supplierLot, serialNumber, [modemLotAtFirst, modemLot], isBadModemLot);
      addTo(truth.firmware, serialNumber, [fate.fwVersionAtFirst, fate.fwVersion], isFaulty);
      if (fate.lotCodeAtFirst !== lot.lotCode) {
        truth.lotCorrections.push({ serialNumber, from: fate.lotCodeAtFirst, to: lot.lotCode });
        const mistaken = lots.get(fate.lotCodeAtFirst);
        if (mistaken) mistaken.ever++;
      }
      if (fate.disposition === "QUARANTINED") truth.quarantined++;
      else if (!isFree(fate.disposition)) truth.scrapped++;
      if (fate.isProvisioned) truth.provisioned++;
    }
  }
  return truth;
}

function isBadModemLot(lot: string): boolean {
  return lot === BAD_MODEM_LOT;
}

function isBad(batch: string): boolean {
  return batch === BAD_CAPACITOR_BATCH;
}

function addTo(
  members: Members,
  serialNumber: string,
  [atFirst, atLast]: [string, string],
  isMember: (value: string) => boolean,
): void {
  if (isMember(atLast)) members.current.push(serialNumber);
  if (isMember(atLast) || isMember(atFirst)) members.ever.push(serialNumber);
}

function nothing(plan: Plan, fates: Fates): PlantedTruth {
  const { from, to, versions } = FAULTY_FIRMWARE;
  return {
    capacitorBatch: {
      field: "capacitorBatch",
      value: BAD_CAPACITOR_BATCH,
      lots: fates.plantedLots.map(({ lotCode }) => lotCode),
      ...{ current: [], ever: [] },
    },
    firmware: { from, to, versions, current: [], ever: [] },
    supplierLot: {
      ...COMPONENT_SUPPLIERS.modem,
      supplierLot: BAD_MODEM_LOT,
      ...{ current: [], ever: [] },
    },
    lotCorrections: [],
    lots: plan.lots.map(({ lotCode, size }) => ({ lotCode, current: size, ever: size })),
    ...{ quarantined: 0, scrapped: 0, provisioned: 0 },
  };
}
