import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import type { IncomingMessage } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { CliError } from "../cli-error.ts";
import { errorOf, type GatewayClient, type GraphError } from "../gateway-client.ts";
import { note } from "../output.ts";
import type { Progress } from "../progress.ts";
import type { ExportQuestion } from "./export-question.ts";
import { jsonOf } from "./http-answer.ts";
import { asManifest, type Manifest } from "./manifest.ts";
import { linesIn, PartialFile, type PartialState } from "./partial.ts";

/** How often a cut connection is made up for, and how long before each try. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000];

export interface Download {
  gateway: GatewayClient;
  question: ExportQuestion;
  file: string;
  progress: Progress;
  /** Goes on with what an earlier run has left. */
  resumes: boolean;
}

/**
 * Writes an export into a file under another name, and gives it its own once it is what the gateway
 * says of it. A connection that is cut is made up for, as long as the gateway keeps the file.
 */
export async function download(asked: Download): Promise<Manifest> {
  const partial = new PartialFile(asked.file);
  let state = asked.resumes ? await partial.state() : null;
  if (asked.resumes && !state) {
    throw new CliError("NOT_READABLE", `there is nothing to go on with: no ${partial.path}.json`);
  }
  for (let attempt = 0; ; attempt++) {
    const cut: unknown = await (state ? goOn(asked, partial, state) : begin(asked, partial)).then(
      () => null,
      (error: unknown) => error,
    );
    state = await partial.state();
    if (cut === null) break;
    if (!isCut(cut) || !state || attempt >= PAUSES_MS.length) throw told(cut, asked.file, state);
    note(`the connection was cut; going on at ${(await partial.begun()).bytes} bytes`);
    await pause(PAUSES_MS[attempt]);
  }
  return settled(asked, partial);
}

/** The connection ended before the answer did: what is missing may still come. */
class Cut extends Error {}

function isCut(error: unknown): boolean {
  return error instanceof Cut || (error instanceof CliError && error.retryable);
}

function told(error: unknown, file: string, state: PartialState | null): unknown {
  if (!(error instanceof Cut)) return error;
  const advice = state
    ? `Repeat the command with --resume; ${file}.partial has what came.`
    : "Repeat the command: such an export cannot be gone on with.";
  return new CliError("EXPORT_CUT", "the export was cut before its end", { advice });
}

async function begin({ gateway, question, progress }: Download, partial: PartialFile) {
  const { path, body } = question;
  const answer = await gateway.open(path, body === null ? {} : { body });
  if (answer.statusCode !== 200) throw await refusalOf(answer);
  const { "export-id": exportId = "", etag, "expected-rows": expected } = answer.headers;
  const expectedRows = Number(expected);
  if (exportId === "" || !Number.isSafeInteger(expectedRows)) {
    throw new CliError("GATEWAY_ANSWER", "the gateway answered something that is no export");
  }
  await partial.forget();
  const state = { exportId: String(exportId), etag: etag ?? "", expectedRows };
  // Without a tag the gateway keeps nothing that could be gone on with.
  if (etag !== undefined) await partial.save(state);
  await write(answer, partial, { progress, expectedRows, appends: false });
  ends.set(partial, { ...state, trailers: answer.trailers });
}

async function goOn({ gateway, progress }: Download, partial: PartialFile, state: PartialState) {
  const { exportId, etag, expectedRows } = state;
  const { bytes } = await partial.begun();
  const headers = { range: `bytes=${bytes}-`, "if-range": etag };
  const answer = await gateway.open(`/exports/files/${exportId}`, { headers });
  const { statusCode: status } = answer;
  // Nothing is missing, or there are more bytes here than there: the hash will tell.
  if (status === 416) answer.resume();
  else if (status === 404) {
    answer.resume();
    await partial.forget();
    const advice = "Repeat the command without --resume.";
    throw new CliError("EXPORT_CUT", "the gateway does not have the rest any more", { advice });
  } else if (status !== 206 && status !== 200) throw await refusalOf(answer);
  else await write(answer, partial, { progress, expectedRows, appends: status === 206 });
  ends.set(partial, { ...state, trailers: answer.headers });
}

/** How the last answer ended: its count and hash. */
const ends = new WeakMap<
  PartialFile,
  PartialState & { trailers: Readonly<Record<string, string | string[] | undefined>> }
>();

async function write(
  answer: IncomingMessage,
  partial: PartialFile,
  {
    progress,
    expectedRows,
    appends,
  }: { progress: Progress; expectedRows: number; appends: boolean },
): Promise<void> {
  const to = createWriteStream(partial.path, { flags: appends ? "a" : "w", mode: 0o600 });
  const isText = /csv|ndjson/.test(answer.headers["content-type"] ?? "");
  let lines = appends ? (await partial.begun()).lines : 0;
  try {
    for await (const piece of answer as AsyncIterable<Buffer>) {
      if (!to.write(piece)) await once(to, "drain");
      if (isText) lines += linesIn(piece);
      progress.rows = Math.min(lines, expectedRows);
      progress.update(expectedRows === 0 ? 1 : progress.rows / expectedRows);
    }
  } catch {
    // A body that is cut ends so; what came of it is written.
  } finally {
    await new Promise<void>((resolve, reject) => {
      to.once("error", reject);
      to.end(resolve);
    });
  }
  if (!answer.complete) throw new Cut();
}

/** Gives the file its name where its count and its hash are what the gateway says. */
async function settled({ gateway, file }: Download, partial: PartialFile): Promise<Manifest> {
  const end = ends.get(partial);
  if (!end) throw new Error("an export has ended without an end");
  const { bytes, hash } = await partial.begun();
  const sha256 = hash.digest();
  const answer = await gateway.open(`/exports/files/${end.exportId}/manifest.json`, {});
  if (answer.statusCode !== 200) throw await refusalOf(answer);
  const manifest = asManifest(await jsonOf(answer), "the gateway's answer");
  const said = [
    String(end.trailers["row-count"]) === String(manifest.rows),
    end.trailers["repr-digest"] === `sha-256=:${sha256.toString("base64")}:`,
    manifest.sha256 === sha256.toString("hex"),
    manifest.bytes === bytes,
    manifest.rows === end.expectedRows,
  ];
  if (!said.every(Boolean)) {
    await partial.forget();
    throw new CliError("EXPORT_DIFFERS", "what came is not what the gateway says of the export");
  }
  await rename(partial.path, file);
  await partial.settle();
  return manifest;
}

async function refusalOf(answer: IncomingMessage): Promise<CliError> {
  const body = (await jsonOf(answer)) as { errors?: GraphError[] } | null;
  const [error] = body?.errors ?? [];
  if (error) return errorOf(error);
  return new CliError("GATEWAY_ANSWER", `the gateway answered with status ${answer.statusCode}`);
}
