import { expect, test } from "@jest/globals";
import { settlementOf } from "./hand-over.ts";
import type { LinkVerdict } from "./manufacturing-peer.ts";

const link = { connhexId: "c-1", serialNumber: "SN-1", revision: 1 };
const linked: LinkVerdict = { ...link, linked: true, code: null, message: null };
const refused: LinkVerdict = { ...linked, linked: false };

test.each<[what: string, verdict: LinkVerdict | undefined, outcome: string]>([
  ["a link that stands", linked, "ACTIVE"],
  ["no verdict", undefined, "wait"],
  ["a verdict on another device", { ...linked, serialNumber: "SN-2" }, "wait"],
  ["a refusal that may pass", { ...refused, code: "CONCURRENT_CHANGE" }, "wait"],
  ["a refusal", { ...refused, code: "DEVICE_SCRAPPED", message: "x" }, "DEVICE_SCRAPPED"],
  ["a refusal of a kind that nobody knows", { ...refused, code: "toString" }, "INTERNAL"],
])("%s: %s", (_, verdict, outcome) => {
  const settlement = settlementOf(link, verdict);
  expect(settlement ? (settlement.refusal?.code ?? "ACTIVE") : "wait").toBe(outcome);
});
