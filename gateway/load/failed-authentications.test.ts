import { describe, expect, jest, test } from "@jest/globals";
import { FailedAuthentications, remoteAddress } from "./failed-authentications.ts";

describe("an address", () => {
  test.each<[string, string, string | undefined, number, string]>([
    ["of IPv4", "203.0.113.9", undefined, 0, "203.0.113.9"],
    ["of IPv4 on a socket of IPv6", "::ffff:203.0.113.9", undefined, 0, "203.0.113.9"],
    ["of IPv6: its first half", "2001:db8:1:2:3:4:5:6", undefined, 0, "2001:db8:1:2::/64"],
    ["of IPv6, abbreviated", "2001:db8::6", undefined, 0, "2001:db8:0:0::/64"],
    ["that a client claims, before no proxy", "203.0.113.9", "1.2.3.4", 0, "203.0.113.9"],
    ["that our proxy heard", "10.0.0.1", "198.51.100.7", 1, "198.51.100.7"],
    ["that our proxy heard beside a claim", "10.0.0.1", "1.2.3.4, 198.51.100.7", 1, "198.51.100.7"],
    [
      "that the outer of two heard",
      "10.0.0.1",
      "1.2.3.4, 198.51.100.7, 10.0.0.2",
      2,
      "198.51.100.7",
    ],
    ["that our proxy did not say", "10.0.0.1", undefined, 1, "10.0.0.1"],
    ["that is no address", "10.0.0.1", "x".repeat(5_000), 1, "x".repeat(64)],
  ])("%s", (_, direct, forwarded, proxies, address) => {
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    expect(remoteAddress({ socket: { remoteAddress: direct }, headers }, proxies)).toBe(address);
  });
});

describe("too many failures from one address", () => {
  const fails = async () => null;
  const succeeds = async () => "somebody";

  test("are refused unchecked for a while, and nobody else is", async () => {
    let now = 0;
    const failed = new FailedAuthentications({ now: () => now });
    for (let n = 0; n < 60; n++) expect(await failed.whileFew("a", fails)).toBeNull();
    const checked = jest.fn(succeeds);
    await expect(failed.whileFew("a", checked)).rejects.toEqual(
      expect.objectContaining({
        status: 429,
        code: "RATE_LIMITED",
        headers: { "retry-after": "1", connection: "close" },
      }),
    );
    expect(checked).not.toHaveBeenCalled();
    expect(await failed.whileFew("b", succeeds)).toBe("somebody");
    now += 1_000;
    expect(await failed.whileFew("a", succeeds)).toBe("somebody");
    await failed.whileFew("a", fails);
    await expect(failed.whileFew("a", succeeds)).rejects.toThrow(/too many requests/);
  });

  test.each<[string, () => Promise<string | null>, number, number]>([
    ["wrong ones: no more are checked than may fail", fails, 60, 240],
    ["good ones: all are checked, and none is refused", succeeds, 300, 0],
    [
      "ones that could not be checked: nobody's fault",
      () => Promise.reject(new Error("away")),
      300,
      300,
    ],
  ])("of 300 at once, %s", async (_, outcome, checks, rejected) => {
    const failed = new FailedAuthentications({ now: () => 0 });
    let running = 0;
    let most = 0;
    let checked = 0;
    const check = async () => {
      checked++;
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return outcome();
    };
    const all = Array.from({ length: 300 }, () => failed.whileFew("a", check));
    const settled = await Promise.allSettled(all);
    expect(settled.filter(({ status }) => status === "rejected")).toHaveLength(rejected);
    expect([checked, most]).toEqual([checks, 60]);
  });

  test("are remembered for a bounded number of addresses", () => {
    const failed = new FailedAuthentications({ now: () => 0 });
    for (let n = 0; n < 50_000; n++) failed.note(String(n));
    expect(failed.size).toBe(20_000);
  });
});
