import { expect, test } from "@jest/globals";
import { deviceEvent, eventTypeOf, type ToldRevision } from "./device-event.ts";

const REVISION = { revision: 2, changed: ["lotCode"], disposition: "RELEASED" } as const;

test.each([
  ["recorded", { revision: 1 }, "device.recorded"],
  ["recorded in quarantine", { revision: 1, disposition: "QUARANTINED" }, "device.recorded"],
  ["given its lot", {}, "device.revised"],
  ["given another lot", { isCorrection: true }, "device.corrected"],
  ["given its cloud identity", { changed: ["connhexId"] }, "device.linked"],
  [
    "put into quarantine",
    { changed: ["disposition", "lotCode"], disposition: "QUARANTINED", isCorrection: true },
    "device.quarantined",
  ],
  [
    "scrapped",
    { changed: ["disposition"], disposition: "SCRAPPED", isCorrection: true },
    "device.scrapped",
  ],
  ["released again", { changed: ["disposition"], isCorrection: true }, "device.released"],
] as const)("a device that is %s is told of as %s", (_, differs, type) => {
  expect(eventTypeOf({ isCorrection: false, ...REVISION, ...differs })).toBe(type);
});

test("an event names the device and its states, and nobody who worked on it", () => {
  const told: ToldRevision = {
    ...REVISION,
    ...{ deviceId: 7, recordedAt: "2026-11-21T10:00:00.000001Z", isCorrection: true },
    ...{ serialNumber: "SN-1", connhexId: null, phase: "TESTING" },
  };
  expect(deviceEvent("acme", { ...told, ...{ operator: "Ada", reason: "Ada's mistake" } })).toEqual(
    {
      id: "manufacturing.device-7.2",
      type: "device.corrected",
      timestamp: "2026-11-21T10:00:00.000001Z",
      tenant: "acme",
      data: {
        ...{ serialNumber: "SN-1", connhexId: null, revision: 2 },
        ...{ phase: "TESTING", disposition: "RELEASED", changed: ["lotCode"] },
      },
    },
  );
});
