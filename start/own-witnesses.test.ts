import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { setLogWriter } from "../shared/log.ts";
import { type OwnWitnesses, prepareOwnWitnesses } from "./own-witnesses.ts";

/** Prints what a witness prints, with the names in its environment; the first one of each name fails. */
const STAND_IN = `
  import { existsSync, writeFileSync } from "node:fs";
  const [, , , , name, , data] = process.argv;
  if (!existsSync(data)) {
    writeFileSync(data, "");
    process.exit(1);
  }
  const vkey = Object.keys(process.env).sort().join(" ");
  console.log(JSON.stringify({ name, vkey, url: "http://127.0.0.1:1" }));
  process.stdin.resume().on("end", () => process.exit(0));
`;

let folder: string;
let witnesses: OwnWitnesses;
let lines: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-own-witnesses-"));
  await writeFile(join(folder, "stand-in.mjs"), STAND_IN);
  lines = [];
  setLogWriter((line) => void lines.push(line));
  process.env.OWNERSHIP_ENCRYPTION_KEY = "a secret";
  witnesses = prepareOwnWitnesses({
    ...{ dataFolder: folder, prefix: "factory.example", logs: [], firstDelayMs: 20 },
    main: join(folder, "stand-in.mjs"),
  });
});
afterEach(async () => {
  Reflect.deleteProperty(process.env, "OWNERSHIP_ENCRYPTION_KEY");
  setLogWriter(() => undefined);
  await witnesses.close();
  await rm(folder, { recursive: true, force: true });
});

test("witnesses that cannot start at first are started again, and are told no secret", async () => {
  witnesses.begin();
  const { witnesses: found, quorum } = await witnesses.policy;
  expect(quorum).toBe(2);
  expect(found.map(({ name }) => name)).toEqual([
    "factory.example/witness-1",
    "factory.example/witness-2",
  ]);
  expect(lines.filter((line) => line.includes('"witness-ended"'))).toHaveLength(2);
  for (const { vkey } of found) {
    expect(vkey.split(" ")).toContain("PATH");
    expect(vkey).not.toContain("OWNERSHIP_ENCRYPTION_KEY");
  }
});

test("whoever waits for them when they are ended waits no longer", async () => {
  witnesses.begin();
  const ended = expect(witnesses.policy).rejects.toThrow("is not wanted any more");
  await witnesses.close();
  await ended;
});
