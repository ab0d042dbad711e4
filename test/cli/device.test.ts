import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "./command-line.ts";

let cli: CommandLine;
let connhexId: string;
beforeAll(async () => {
  cli = await startCommandLine();
  const siblings = Array.from({ length: 60 }, (_, index) => `SIB-${index},L-1,,,`);
  const rows = ["DEV-1,L-1,FW-1,c-dev-1,2026-01-31T08:00:00Z", ...siblings, "LONE-1,,,,"];
  const header = "serial_number,lot_code,fw_version,connhex_id,produced_at";
  const path = await cli.file("devices.csv", `${header}\n${rows.join("\n")}\n`);
  const ran = await cli.run("line", ["import", path, "--json"]);
  if (ran.exit !== 0) throw new Error(ran.stdout + ran.stderr);
  connhexId = "c-dev-1";
  const query = `mutation ($input: RegisterOwnershipInput!) { registerOwnership(input: $input) { id } }`;
  const owner = { kind: "PERSON", displayName: "Ada Rossi", country: "IT" };
  const answer = await cli.gateway.query(query, { input: { connhexId, owner } }, "support");
  if (answer.errors.length > 0) throw new Error(answer.text);
});
afterAll(() => cli.close());

describe("device", () => {
  test("prints a page: the device, its identity and owner, its history, its lot", async () => {
    const ran = await cli.run("support", ["device", connhexId]);
    console.log(ran.stdout, ran.stderr);
    expect(ran).toMatchObject({ exit: 0, stderr: "" });
  });
});
