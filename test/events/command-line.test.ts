import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";
import { openReceiver, type Receiver } from "./receiver.ts";

let cli: CommandLine;
let receiver: Receiver;
beforeAll(async () => {
  cli = await startCommandLine({
    webhooks: { encryptionKey: Buffer.alloc(32, 7), allowedAddresses: ["127.0.0.1"] },
  });
  receiver = await openReceiver();
}, 60_000);
afterAll(async () => {
  await receiver?.close();
  await cli?.close();
});

async function done(...words: string[]): Promise<string> {
  const ran = await cli.run("admin", ["webhook", ...words]);
  if (ran.exit !== 0) throw new Error(ran.stdout + ran.stderr);
  return ran.stdout;
}

test("a webhook is added, tried, told, rotated, paused, replayed and removed", async () => {
  const beside = await cli.file("beside", "");
  const out = join(dirname(beside), "erp.secret");
  expect(await done("add", "erp", receiver.url, "--event", "device.*", "--out", out)).toBe("");
  expect(await readFile(out, "utf8")).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
  expect((await stat(out)).mode & 0o077).toBe(0);
  expect(await done("test", "erp")).toMatch(/204 +\d+ ms +1 +webhook\.test /);
  await cli.gateway.query(
    'mutation { recordDevices(input: [{ serialNumber: "SN-1" }]) { recorded } }',
    {},
    "line",
  );
  await receiver.untilAccepted(2);
  const deliveries = JSON.parse(await done("deliveries", "erp", "--json"));
  expect(deliveries.map(({ eventType }: { eventType: string }) => eventType)).toEqual([
    ...["device.recorded", "webhook.test"],
  ]);
  expect(await done("rotate", "erp", "--overlap-hours", "1")).toMatch(/^whsec_\S{44}\n$/);
  expect(await done("pause", "erp", "--reason", "the ERP moves")).toMatch(
    /^erp +PAUSED: the ERP moves +device\.\* /m,
  );
  expect(await done("replay", "erp", "--from", "oldest")).toContain("erp");
  await done("resume", "erp");
  await receiver.untilAccepted(3);
  expect(JSON.parse(await done("list", "--json"))).toMatchObject([
    { name: "erp", state: "ACTIVE", url: receiver.url, eventTypes: ["device.*"] },
  ]);
  await done("remove", "erp", "--reason", "over");
  expect(JSON.parse(await done("list", "--json"))).toEqual([]);
}, 60_000);

test("what is refused is told with its code, and a message that does not arrive ends with 1", async () => {
  const refused = await cli.run("admin", ["webhook", "add", "x", "http://erp.example.com/"]);
  expect(refused.exit).not.toBe(0);
  expect(refused.stderr).toContain("use https");
  const within = await cli.run("admin", ["webhook", "add", "x", "https://10.0.0.1/"]);
  expect(within.stderr).toContain("10.0.0.1 is not an address of the internet");
  expect((await cli.run("support", ["webhook", "list"])).stderr).toContain("admin");
  await done("add", "dead", "http://127.0.0.1:9/");
  const tried = await cli.run("admin", ["webhook", "test", "dead"]);
  expect([tried.exit, tried.stdout]).toEqual([1, expect.stringContaining("ECONNREFUSED")]);
  const unknown = await cli.run("admin", ["webhook", "deliveries", "nobody"]);
  expect(unknown.stderr).toContain("there is no webhook nobody");
});
