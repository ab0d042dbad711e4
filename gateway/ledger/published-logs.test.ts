import { expect, test } from "@jest/globals";
import type { AskLog, LogQuestion } from "../../shared/ledger-store/log-question.ts";
import { LOG_LIMITS } from "./limits.ts";
import { PublishedLogs } from "./published-logs.ts";

const ORIGIN = "test.example/manufacturing";
const CHECKPOINT: LogQuestion = { kind: "checkpoint" };
const tile = (n: number): LogQuestion => ({ kind: "tile", level: 0, n: BigInt(n), width: 256 });
const partial: LogQuestion = { kind: "tile", level: 0, n: 0n, width: 7 };

/** A log that answers at once, or when it is let go. */
function published(isHeld = false) {
  const asked: LogQuestion[] = [];
  const holding: (() => void)[] = [];
  const ask: AskLog = async (_, question) => {
    asked.push(question);
    if (isHeld) await new Promise<void>((go) => holding.push(go));
    return { origin: ORIGIN, outcome: "FOUND", data: Buffer.from("x") };
  };
  const logs = new PublishedLogs(new Map([["manufacturing", ask]]));
  const open = (question: LogQuestion, origin = ORIGIN) =>
    logs.open({ origin, service: "manufacturing", question });
  return { asked, open, letGo: () => holding.splice(0).map((go) => go()) };
}

test("a tile that is kept is given to nobody under another name, nor read again for him", async () => {
  const { asked, open } = published();
  expect(await open(tile(0))).toMatchObject({ outcome: "FOUND" });
  expect(await open(tile(0), "made-up/manufacturing")).toBeNull();
  expect(asked).toHaveLength(1);
});

test("names that are not the log's put nothing into what is kept", async () => {
  const { asked, open } = published();
  await open(tile(0));
  for (let n = 1; n <= LOG_LIMITS.tilesKept; n++) await open(tile(n), "made-up/manufacturing");
  const before = asked.length;
  await open(tile(0));
  expect(asked).toHaveLength(before);
});

test("a checkpoint is answered however many read tiles, and is read once at a time", async () => {
  const { asked, open, letGo } = published(true);
  const readers = Array.from({ length: LOG_LIMITS.readsAtOnce }, () => open(partial));
  await expect(open(partial)).rejects.toMatchObject({ code: "OVERLOADED" });
  const checkpoints = Array.from({ length: 100 }, () => open(CHECKPOINT));
  await new Promise((resolve) => setTimeout(resolve, LOG_LIMITS.checkpointKeptMs + 50));
  checkpoints.push(open(CHECKPOINT));
  expect(asked.filter(({ kind }) => kind === "checkpoint")).toHaveLength(1);
  letGo();
  for (const answer of await Promise.all(checkpoints)) expect(answer?.outcome).toBe("FOUND");
  await Promise.all(readers);
});
