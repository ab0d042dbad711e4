import { describe, expect, test } from "@jest/globals";
import type { DeviceRecord } from "../subgraphs/manufacturing/device/device-record.ts";
import { FAULTY_FIRMWARE } from "./catalogue.ts";
import { DemoFactory } from "./factory.ts";
import { type PlantedTruth, plantedTruth } from "./planted-truth.ts";

describe.each([
  ["a", 40],
  ["b", 2_000],
  ["c", 12_000],
])("the truths of demo %s with %d devices", (seed, count) => {
  const truth = plantedTruth({ seed, devices: count });
  const devices = [...new DemoFactory({ seed, devices: count }).devices()];

  /** Serial numbers of the devices whose records say so, now and ever. */
  const recount = (isMember: (record: DeviceRecord) => boolean) => {
    const having = (all: typeof devices) => all.map(({ serialNumber }) => serialNumber);
    return {
      current: having(
        devices.filter((device) =>
          device.revisions.slice(-1).some(({ record }) => isMember(record)),
        ),
      ),
      ever: having(
        devices.filter((device) => device.revisions.some(({ record }) => isMember(record))),
      ),
    };
  };

  test("hold for the bad capacitors", () => {
    const { value, current, ever } = truth.capacitorBatch;
    expect({ current, ever }).toEqual(
      recount(({ attributes }) => attributes.capacitorBatch === value),
    );
  });

  test("hold for the faulty firmware", () => {
    const { current, ever } = truth.firmware;
    const isFaulty = (version: string) => FAULTY_FIRMWARE.versions.some((name) => name === version);
    expect({ current, ever }).toEqual(recount(({ fwVersion }) => isFaulty(fwVersion ?? "")));
  });

  test("hold for the lots", () => {
    for (const lot of truth.lots) {
      const { current, ever } = recount(({ lotCode }) => lotCode === lot.lotCode);
      expect({ lotCode: lot.lotCode, current: current.length, ever: ever.length }).toEqual(lot);
    }
    for (const { serialNumber, from, to } of truth.lotCorrections) {
      expect(recount(({ lotCode }) => lotCode === from).ever).toContain(serialNumber);
      expect(recount(({ lotCode }) => lotCode === from).current).not.toContain(serialNumber);
      expect(recount(({ lotCode }) => lotCode === to).current).toContain(serialNumber);
    }
  });

  test("hold for the numbers", () => {
    const having = (disposition: string) =>
      recount((record) => record.disposition === disposition).current.length;
    expect(truth.quarantined).toBe(having("QUARANTINED"));
    expect(truth.scrapped).toBe(having("SCRAPPED"));
    expect(truth.provisioned).toBe(recount(({ connhexId }) => connhexId !== null).current.length);
  });
});

describe("a demo of 2,000 devices", () => {
  const truth: PlantedTruth = plantedTruth({ seed: "demo", devices: 2_000 });

  test("has the bad capacitors in part of three lots, corrected out and in", () => {
    const { lots, current, ever } = truth.capacitorBatch;
    expect(lots.length).toBe(3);
    expect(current.length).toBeGreaterThan(100);
    const ofLots = truth.lots.filter(({ lotCode }) => lots.includes(lotCode));
    expect(current.length).toBeLessThan(ofLots.reduce((sum, lot) => sum + lot.current, 0) * 0.6);
    expect(ever.length).toBeGreaterThan(current.length);
  });

  test("has faulty versions that text would compare wrongly", () => {
    const { from, to, versions, current, ever } = truth.firmware;
    expect(versions.every((version) => version >= from && version <= to)).toBe(false);
    expect(current.length).toBeGreaterThan(100);
    expect(ever.length).toBeGreaterThan(current.length);
  });

  test("has devices that were once in another lot", () => {
    expect(truth.lotCorrections.length).toBeGreaterThan(3);
  });
});
