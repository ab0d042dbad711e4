import { spawn } from "node:child_process";
import type { ServiceAccount } from "./service-account.ts";

const OUTPUT_LIMIT_CHARACTERS = 8_000;

/** What PostgreSQL inherits: ours may hold secrets, and PG* or LC_* variables that change its behaviour. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "SystemRoot", "TEMP", "TMP", "TMPDIR"];
  const inherited = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(inherited), LC_ALL: "C" };
}

/** The account as spawn() wants it. Without one the child runs as ourselves. */
export function runAs(account: ServiceAccount | null): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** Runs a program to its end. Throws with the end of its output unless it exits with 0. */
export function runProgram(
  program: string,
  programArguments: string[],
  account: ServiceAccount | null,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // Our own working folder may be closed to the account; the root folder is open to everybody.
    const child = spawn(program, programArguments, {
      ...runAs(account),
      cwd: process.platform === "win32" ? undefined : "/",
      env: serverEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-OUTPUT_LIMIT_CHARACTERS);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => reject(new Error(`cannot run ${program}: ${error.message}`)));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} ended with ${signal ?? `code ${code}`}:\n${output}`));
    });
  });
}
