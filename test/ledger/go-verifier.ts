import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const GO_PATH = "/usr/share/gocode";
const SOURCE = new URL("./verifier.go", import.meta.url).pathname;

/** Something that Go's packages are asked to verify: `verifier.go` says what. */
export type GoQuestion =
  | { Kind: "proof"; Proof: Buffer; Entry: Buffer }
  | { Kind: "consistency"; Old: Buffer; New: Buffer; Path: readonly Buffer[] }
  | { Kind: "root"; New: Buffer; Entries: readonly Buffer[] };

export interface GoKeys {
  Log: string;
  Witnesses: readonly string[];
}

/** Whether Debian's golang-go and golang-golang-x-mod-dev are installed. */
export function isGoInstalled(): boolean {
  if (!existsSync(join(GO_PATH, "src/golang.org/x/mod/sumdb/tlog"))) return false;
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The verifier, built anew from its source. */
export class GoVerifier {
  private readonly folder = mkdtempSync(join(tmpdir(), "go-verifier-"));
  private readonly program = join(this.folder, "verifier");

  constructor() {
    const env = {
      ...process.env,
      GO111MODULE: "off",
      GOPATH: GO_PATH,
      GOFLAGS: "",
    };
    execFileSync("go", ["build", "-o", this.program, SOURCE], { env, timeout: 120_000 });
  }

  /** One answer for each question: "yes", or "no" and why. */
  answers(questions: readonly GoQuestion[], keys: GoKeys): string[] {
    const input = questions.map((question) => questionLine({ ...keys, ...question })).join("\n");
    const output = execFileSync(this.program, { input, maxBuffer: 1 << 28, timeout: 60_000 });
    return output.toString().trimEnd().split("\n");
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** JSON as Go reads it: bytes as base64. */
function questionLine(question: object): string {
  const inGo = (value: unknown): unknown =>
    Buffer.isBuffer(value)
      ? value.toString("base64")
      : Array.isArray(value)
        ? value.map(inGo)
        : value;
  return JSON.stringify(
    Object.fromEntries(Object.entries(question).map(([name, value]) => [name, inGo(value)])),
  );
}
