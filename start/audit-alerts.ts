import { spawn } from "node:child_process";
import type { AuditDeviation } from "../shared/ledger-audit/findings.ts";
import { log } from "../shared/log.ts";
import type { AuditSettings } from "./config.ts";
import { passedEnvironment } from "./passed-environment.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Tells people of what audits find: each deviation once, for as long as the audits go on to find it,
 * so that a deviation that stays does not hide the next one.
 */
export class AuditAlerts {
  private readonly told = new Set<string>();
  /** What the present audit has found so far. */
  private found = new Set<string>();
  /** What is to be told when it has ended; null: nobody was told of anything yet. */
  private later: AuditDeviation[] | null = null;

  constructor(
    private readonly settings: AuditSettings,
    private readonly environment: Environment,
  ) {}

  /** The first new one of an audit is told at once. */
  add(deviation: AuditDeviation): void {
    const key = JSON.stringify(deviation);
    const isKnown = this.told.has(key) || this.found.has(key);
    this.found.add(key);
    if (isKnown) return;
    log("ERROR", "audit-found-deviation", { ...deviation });
    if (this.later === null) this.tell([deviation]);
    else this.later.push(deviation);
    this.later ??= [];
  }

  /** The audit has ended: its other new ones are told together. */
  ended(): void {
    if (this.later !== null && this.later.length > 0) this.tell(this.later);
    for (const key of this.told) if (!this.found.has(key)) this.told.delete(key);
    this.found = new Set();
    this.later = null;
  }

  /** Runs the command of the configuration with each deviation as a line of JSON on its input. */
  private tell(deviations: readonly AuditDeviation[]): void {
    const lines = deviations.map((deviation) => JSON.stringify(deviation));
    for (const line of lines) this.told.add(line);
    const { alertCommand } = this.settings;
    if (alertCommand === null) return;
    let isOver = false;
    // Who was not told is told when they are found again.
    const failed = (reason: string) => {
      if (isOver) return;
      isOver = true;
      log("ERROR", "audit-alert-failed", { reason });
      for (const line of lines) this.told.delete(line);
    };
    const child = spawn(alertCommand, {
      shell: true,
      stdio: ["pipe", "ignore", "inherit"],
      env: passedEnvironment(this.environment, this.settings.alertVariables),
    });
    child.once("error", (error) => failed(error.message));
    child.once("exit", (code) => {
      if (code !== 0) failed(`it ended with ${code}`);
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(lines.map((line) => `${line}\n`).join(""));
  }
}
