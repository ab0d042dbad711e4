import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { WitnessedLog } from "../test/proof/witnessed-log.ts";
import { newSigner } from "../test/witness/small-log.ts";
import { openLogWitnesses, witnessesOf } from "./log-witnesses.ts";
import { readPolicyLines } from "./policy-text.ts";

const [north = "", south = ""] = new WitnessedLog().witnesses.map(
  ({ verifierKey }) => `${verifierKey} http://127.0.0.1:9`,
);

test.each([
  ["one named witness is enough where it is the only one", north, undefined, 1],
  ["two are needed of two", `${north},${south}`, undefined, 2],
  ["as many are enough as the environment says", `${north},${south}`, "1", 1],
])("%s, for proofs and for the policy alike", async (_, WITNESSES, WITNESS_QUORUM, quorum) => {
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-quorum-"));
  const keysOf = (origin: string) => ({ origin, signers: [newSigner(origin)] });
  const logKeys = {
    manufacturing: keysOf("a/manufacturing"),
    ownership: keysOf("a/ownership"),
    gateway: keysOf("a/gateway"),
  };
  const environment = { WITNESSES, WITNESS_QUORUM };
  const system = witnessesOf({
    ...{ environment, dataFolder, logKeys, isEmbedded: false, notice: () => undefined },
  });
  // As one process serves: before anybody knows where the witnesses are.
  const opened = openLogWitnesses(system);
  expect(opened.quorum).toBe(quorum);
  expect((await system.policy)?.quorum).toBe(quorum);
  await opened.close();
  await system.close();
  const text = await readFile(join(dataFolder, "ledger-policy"), "utf8");
  expect(readPolicyLines(text).quorum).toBe(quorum);
  await rm(dataFolder, { recursive: true });
});
