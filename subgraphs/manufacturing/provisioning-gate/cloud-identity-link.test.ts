import { expect, test } from "@jest/globals";
import { FACT_FIELDS, type KnownDevice } from "../device/device-record.ts";
import { judgeLink } from "./cloud-identity-link.ts";

function known(more: Partial<KnownDevice>): KnownDevice {
  const empty = Object.fromEntries(FACT_FIELDS.map((field) => [field, null]));
  const rest = { serialNumber: "SN-1", connhexId: null, disposition: "RELEASED", attributes: {} };
  return { ...empty, ...rest, deviceId: 1, revision: 2, ...more } as KnownDevice;
}

test.each<[string, KnownDevice | null, takenBy: number | null, string]>([
  ["nothing recorded", null, null, "DEVICE_NOT_RECORDED"],
  ["a released device", known({}), null, "connhexId"],
  ["a quarantined device", known({ disposition: "QUARANTINED" }), null, "DEVICE_QUARANTINED"],
  ["a scrapped device", known({ disposition: "SCRAPPED" }), null, "DEVICE_SCRAPPED"],
  ["the link that it has", known({ connhexId: "hex" }), 1, "nothing"],
  [
    "the link that it has, scrapped since",
    known({ connhexId: "hex", disposition: "SCRAPPED" }),
    1,
    "nothing",
  ],
  ["another link", known({ connhexId: "other" }), null, "ALREADY_PROVISIONED"],
  ["a connhexId of another device", known({}), 9, "CONNHEX_ID_TAKEN"],
])("%s: %4$s", (_, device, takenBy, expected) => {
  const outcome = () => {
    try {
      const due = judgeLink({ serialNumber: "SN-1", connhexId: "hex" }, device, takenBy);
      return due?.changed.join(" ") ?? "nothing";
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  expect(outcome()).toBe(expected);
});
