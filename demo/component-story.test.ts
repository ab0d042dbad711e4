import { describe, expect, test } from "@jest/globals";
import type { DemoInstallation } from "./component-story.ts";
import { DemoFactory } from "./factory.ts";
import { plantedTruth } from "./planted-truth.ts";

describe.each([
  ["a", 40],
  ["b", 2_000],
  ["c", 12_000],
])("what the devices of demo %s are built of, with %d devices", (seed, count) => {
  const factory = new DemoFactory({ seed, devices: count });
  const all = [...factory.devices()].map((device) => ({ device, built: factory.builtOf(device) }));

  test("is the same in any order, and each piece of its own is in one device", () => {
    const last = factory.device(count - 1);
    const again = new DemoFactory({ seed, devices: count });
    expect(again.builtOf(last)).toEqual(all.at(-1)?.built);
    const names = all.flatMap(({ built }) =>
      built
        .filter(({ child }) => child.ownPlace !== null)
        .map(({ child }) => `${child.supplier} ${child.partNumber} ${child.serialNumber}`),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test("holds the planted lot of modems as the truth says", () => {
    const { supplierLot, partNumber, current, ever } = plantedTruth({
      ...{ seed, devices: count },
    }).supplierLot;
    const isBad = ({ child }: DemoInstallation) =>
      child.supplierLot === supplierLot && child.partNumber === partNumber;
    const having = (isCounted: (one: DemoInstallation) => boolean) =>
      all
        .filter(({ built }) => built.some((one) => isBad(one) && isCounted(one)))
        .map(({ device }) => device.serialNumber);
    expect(having(({ removal }) => removal === null)).toEqual(current);
    expect(having(() => true)).toEqual(ever);
    expect(current.length).toBeGreaterThan(0);
  });

  test("was put in with a revision of the device, and removed with a later one", () => {
    for (const { device, built } of all) {
      for (const { with: told, removal } of built) {
        expect(device.revisions).toContain(told);
        if (removal === null) continue;
        expect(removal.with.recordedAt > told.recordedAt).toBe(true);
        expect(removal.with.effectiveAt >= told.effectiveAt).toBe(true);
        expect(removal.replacedBy.with).toBe(removal.with);
      }
    }
  });
});

test("rework takes some of the bad lot out, and puts some in", () => {
  const { current, ever } = plantedTruth({ seed: "demo", devices: 20_000 }).supplierLot;
  expect(ever.length).toBeGreaterThan(current.length);
  const { components, fates, plan } = new DemoFactory({ seed: "demo", devices: 20_000 });
  const later = plan.lots.flatMap((lot) =>
    Array.from({ length: lot.size }, (_, place) => lot.firstDevice + place).filter((index) => {
      const fate = fates.of(lot, index);
      const { modemLot, modemLotAtFirst } = components.fateOf(lot, fate);
      return current.includes(fate.serialNumber) && modemLot !== modemLotAtFirst;
    }),
  );
  expect(later.length).toBeGreaterThan(0);
});
