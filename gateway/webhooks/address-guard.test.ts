import { expect, test } from "@jest/globals";
import { AddressGuard, readNetwork } from "./address-guard.ts";

const guard = new AddressGuard(["10.1.0.0/16", "::1", "fd00:1::/32"]);

test.each([
  ["93.184.216.34", true],
  ["2606:2800:220:1:248:1893:25c8:1946", true],
  // of the operator's own
  ["10.1.200.3", true],
  ["::1", true],
  ["fd00:1:2::3", true],
  // this machine and its networks
  ["127.0.0.1", false],
  ["127.255.255.254", false],
  ["0.0.0.0", false],
  ["::", false],
  ["10.2.0.1", false],
  ["172.16.0.1", false],
  ["172.31.255.255", false],
  ["192.168.1.1", false],
  ["100.64.0.1", false],
  ["fd00:2::1", false],
  ["fe80::1%eth0", false],
  // where clouds tell their machines their secrets
  ["169.254.169.254", false],
  ["fd00:ec2::254", false],
  // IPv4 in the clothes of IPv6
  ["::ffff:127.0.0.1", false],
  ["::ffff:7f00:1", false],
  ["::ffff:10.1.0.7", true],
  ["::ffff:93.184.216.34", true],
  ["::127.0.0.1", false],
  ["64:ff9b::7f00:1", false],
  ["2002:7f00:1::", false],
  ["2001:0:7f00:1::", false],
  // for nobody, or everybody
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["ff02::1", false],
  ["2001:db8::1", false],
  ["example.com", false],
  ["", false],
])("may a webhook go to %s? %s", (address, isAllowed) => {
  expect(guard.isAllowed(address)).toBe(isAllowed);
});

test("plain http goes to this machine alone, where it is allowed", () => {
  expect(guard.isAllowedLoopback("::1")).toBe(true);
  expect(guard.isAllowedLoopback("127.0.0.1")).toBe(false);
  expect(guard.isAllowedLoopback("10.1.0.1")).toBe(false);
  expect(new AddressGuard(["127.0.0.0/8"]).isAllowedLoopback("127.0.0.1")).toBe(true);
});

test.each([
  ["10.0.0.0/8", { address: "10.0.0.0", bits: 8 }],
  ["10.0.0.1", { address: "10.0.0.1", bits: 32 }],
  ["::1", { address: "::1", bits: 128 }],
  ["10.0.0.0/33", null],
  ["10.0.0.0/", null],
  ["10.0.0/8", null],
  ["10.0.0.0/8/8", null],
  ["localhost", null],
])("the network %s is read as %j", (text, network) => {
  expect(readNetwork(text)).toEqual(network);
});

test("a name is refused by any of its addresses, and told with those that were checked", async () => {
  const look = (allowed: string[], isOnlyLoopback: boolean) =>
    new Promise((resolve) => {
      new AddressGuard(allowed).lookup(isOnlyLoopback)("localhost", { all: true }, (error, found) =>
        resolve(error ? error.name : found),
      );
    });
  expect(await look([], false)).toBe("ForbiddenAddress");
  const found = await look(["127.0.0.0/8", "::1"], true);
  expect(found).toEqual(
    expect.arrayContaining([{ address: expect.any(String), family: expect.any(Number) }]),
  );
});
