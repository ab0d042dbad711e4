import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const DIST = join(import.meta.dirname, "../../dist");
const WRITERS = 64;

/**
 * When a line counts as recorded: when `record` says so; as a control before that; as another one
 * when PostgreSQL has committed without waiting for its disk.
 */
export type Acknowledgement = "recorded" | "asked" | "lazy";

/** A process that records lines and says which of them it takes for recorded. */
export interface RecordingProcess {
  child: ChildProcess;
  /** Request ids, as far as they have come. */
  acknowledged: string[];
  /** Resolves once so many are acknowledged. */
  reached(lines: number): Promise<void>;
  ended: Promise<unknown>;
}

export function startRecording(
  url: string,
  { prefix, acknowledgement }: { prefix: string; acknowledgement: Acknowledgement },
): RecordingProcess {
  const words = ["--input-type=module", "-e", SCRIPT, DIST, url, prefix, acknowledgement];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  let told = () => undefined as unknown;
  lines.on("line", (id) => {
    acknowledged.push(id);
    told();
  });
  return {
    child,
    acknowledged,
    reached: (count) =>
      new Promise((resolve) => {
        told = () => acknowledged.length >= count && resolve();
      }),
    ended: Promise.all([once(child, "exit"), once(lines, "close")]),
  };
}

const SCRIPT = `
import { writeSync } from "node:fs";
const [dist, url, prefix, acknowledgement] = process.argv.slice(1);
const { AccessLog, openAccessLog } = await import(dist + "/gateway/access-log/access-log.js");
const { Database } = await import(dist + "/shared/postgres/database.js");
const database = new Database({ url, role: "gateway_app", poolSize: 2 });
const sql = database.tenant("acme");
const lazily = async (_, lines) => {
  await sql.run("INSERT INTO access_log (tenant, request_id, subject, roles, devices, device_count," +
    " outcomes, status, ms) SELECT 'acme', id, 'ada', '{}', '{}', 0, '{}', 200, 1" +
    " FROM unnest($1::text[]) AS id", [lines.map((line) => line.requestId)]);
};
const accessLog = acknowledgement === "lazy" ? new AccessLog(lazily) : openAccessLog(database);
let count = 0;
const write = async () => {
  for (;;) {
    const requestId = prefix + "-" + ++count;
    const recorded = accessLog.record({ tenant: "acme", requestId, subject: "ada", client: null,
      roles: [], documentId: null, textHash: null, operationName: null, operationType: null,
      devices: ["hex-1"], deviceCount: 1, deviceHash: null, outcomes: [], status: 200, ms: 1 });
    if (acknowledgement === "asked") writeSync(1, requestId + "\\n");
    await recorded;
    if (acknowledgement !== "asked") writeSync(1, requestId + "\\n");
  }
};
await Promise.all(Array.from({ length: ${WRITERS} }, write)).catch(() => process.exit(3));
`;
