import { setTimeout as pause } from "node:timers/promises";
import type { FreshDatabase } from "../support/postgres.ts";

/** Resolves when nothing waits to be entered into the service's log any more. */
export async function allEntered(database: Pick<FreshDatabase, "admin">): Promise<void> {
  const until = Date.now() + 20_000;
  for (;;) {
    const [row] = await database.admin<{ waits: boolean }>(
      `SELECT EXISTS (SELECT FROM ledger_pending)
         OR EXISTS (SELECT FROM ledger_backfill WHERE NOT is_done)
         OR NOT EXISTS (SELECT FROM ledger_checkpoint) AS waits`,
    );
    if (row?.waits === false) return;
    if (Date.now() > until) throw new Error("entries still wait to be entered");
    await pause(50);
  }
}
