import { expect, test } from "@jest/globals";
import { SeenDevices } from "./seen-devices.ts";

const both = { connhexId: "hex-1", serialNumber: "SN-1" };
const former = { connhexId: null, serialNumber: "SN-1" };

const CASES: [name: string, sources: unknown[], seen: string[]][] = [
  ["a provisioned device stands by its connhexId", [both, both], ["hex-1"]],
  ["one that is not stands by its serial number", [former], ["SN-1"]],
  ["a device and a state of it before it was provisioned are one", [former, both], ["hex-1"]],
  ["in whatever order", [both, former], ["hex-1"]],
  ["also where the connhexId came first alone", [{ connhexId: "hex-1" }, former, both], ["hex-1"]],
  ["a verdict that knows no connhexId has its serial number", [{ serialNumber: "SN-2" }], ["SN-2"]],
  ["a refused row may name two", [{ ...both, outcome: "REFUSED" }], ["hex-1", "SN-1"]],
  ["what is no identifier is none", [{ serialNumber: " " }, { connhexId: "x".repeat(129) }], []],
  ["what is about no device says none", [{ value: "L-1" }, null, "hex-1"], []],
];

test.each(CASES)("%s", (_, sources, seen) => {
  const devices = new SeenDevices();
  for (const source of sources) devices.addSource(source);
  expect(devices.list()).toEqual(seen);
  expect(devices.count).toBe(seen.length);
  const elsewhere = new SeenDevices();
  for (const device of devices.devices()) elsewhere.add(device);
  expect(elsewhere.list()).toEqual(seen);
});

test("of a batch every row's device is seen", () => {
  const devices = new SeenDevices();
  devices.addAnswer({ verdicts: [both, { serialNumber: "SN-2", connhexId: null }] });
  expect(devices.list()).toEqual(["hex-1", "SN-2"]);
});

test("the hash does not depend on the order in which devices were met", () => {
  const [one, other] = [new SeenDevices(), new SeenDevices()];
  for (const id of ["b", "a"]) one.add([id, null]);
  for (const id of ["a", "b"]) other.add([id, null]);
  // printf 'a\nb\n' | sha256sum
  expect(one.hash()).toBe("911169ddaaf146aff539f58c26c489af3b892dff0fe283c1c264c65ae5aa59a2");
  expect(other.hash()).toBe(one.hash());
});
