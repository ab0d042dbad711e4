import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { inProcessPeer } from "../../shared/graph/in-process-executor.ts";
import { type CommandLine, startCommandLine } from "../cli/command-line.ts";

let cli: CommandLine;
let isAway = false;
beforeAll(async () => {
  const manufacturing = inProcessPeer(() => cli.pair.manufacturing);
  cli = await startCommandLine({
    peers: {
      manufacturing: async (...asked) => {
        if (isAway) throw new Error("connection refused");
        return manufacturing(...asked);
      },
    },
  });
});
afterAll(() => cli.close());

const ROWS = "serial_number,provision.name,phase\nAW-1,pump,TESTING\nAW-2,pump,SHIPPED\n";

test("where provisioning cannot be judged now, the import stops, and goes on when it can", async () => {
  const path = await cli.file("away.csv", ROWS);
  const secrets = `${path}.secrets.csv`;
  const words = ["import", path, "--json", "--patience", "1", "--secrets", secrets];
  isAway = true;
  const ran = await cli.run("line", words);
  expect(ran).toMatchObject({ exit: 4, stderr: expect.stringContaining("SUBGRAPH_UNAVAILABLE") });
  expect(JSON.parse(ran.stdout)).toMatchObject({ complete: false, provisioning: { refused: 0 } });
  isAway = false;
  const again = await cli.run("line", words);
  // As one that was never stopped: its devices are new, and nothing was refused for a time.
  expect(again.exit).toBe(1);
  expect(JSON.parse(again.stdout)).toMatchObject({
    ...{ rows: 2, recorded: 1, unchanged: 0, refused: 1, secretsLost: 0 },
    provisioning: { provisioned: 1, refused: 0 },
  });
  const dry = await cli.run("line", ["import", path, "--dry-run", "--json"]);
  expect(JSON.parse(dry.stdout)).toMatchObject({ unchanged: 1, provisioning: { unchanged: 1 } });
});

test("secrets of many rows need a file: they do not wait for the end in memory", async () => {
  const rows = Array.from({ length: 10_001 }, (_, index) => `MANY-${index},pump`).join("\n");
  const path = await cli.file("many.csv", `serial_number,provision.name\n${rows}\n`);
  const ran = await cli.run("line", ["import", path, "--json"]);
  expect(ran).toMatchObject({ exit: 2, stdout: "" });
  expect(ran.stderr).toContain("needs --secrets");
});
