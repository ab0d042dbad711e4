import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import copyStreams from "pg-copy-streams";
import { openDevelopmentIssuer } from "../../gateway/identity/development-issuer.ts";
import type { ExportFormat } from "../../shared/export/export-format.ts";
import { connected, copyToStdout } from "./export-rows.store.ts";

/** What one run came to. */
export interface ExportFigures {
  rowsPerSecond: number;
  megabytes: number;
  /** CPU of the gateway's process; of this one for COPY. */
  nodeCpuMs: number;
  /** What the process held before it was asked for anything, and the most that it held. */
  idleMb: number;
  peakMb: number;
  loopP99Ms: number;
}

export interface Place {
  environment: NodeJS.ProcessEnv;
  dataFolder: string;
  appUrl: string;
  tenant: string;
  rows: number;
}

/** A bare client that throws away what COPY sends. */
export async function measureCopy({ appUrl, tenant, rows }: Place): Promise<ExportFigures> {
  const client = await connected(appUrl, tenant);
  try {
    await client.query("SET ROLE manufacturing_app");
    const cpu = process.cpuUsage();
    const began = performance.now();
    let bytes = 0;
    const copied = client.query(copyStreams.to(copyToStdout(tenant)));
    for await (const piece of copied as AsyncIterable<Buffer>) bytes += piece.length;
    if (copied.rowCount !== rows) throw new Error(`${copied.rowCount} rows came`);
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.cpuUsage(cpu);
    const nodeCpuMs = (user + system) / 1_000;
    return {
      rowsPerSecond: rows / seconds,
      megabytes: bytes / 1e6,
      nodeCpuMs,
      idleMb: 0,
      peakMb: 0,
      loopP99Ms: 0,
    };
  } finally {
    await client.end();
  }
}

/** An export through a gateway that has done nothing before, from the request to the last byte. */
export async function measureExport(place: Place, format: ExportFormat): Promise<ExportFigures> {
  const child = fork(new URL("./export-process.js", import.meta.url), {
    env: { ...place.environment, DATA_DIR: place.dataFolder, PORT: "0" },
    execArgv: [],
  });
  try {
    const { url } = await said<{ url: string }>(child);
    const issuer = await openDevelopmentIssuer(place.dataFolder);
    const token = await issuer.sign({
      subject: "bench",
      roles: ["admin"],
      tenants: [place.tenant],
      lifetimeSeconds: 3_600,
    });
    child.send("begin");
    const { idleMb } = await said<{ idleMb: number }>(child);
    const began = performance.now();
    const { bytes, rows } = await taken(`${url}/exports/devices.${format}`, token);
    const seconds = (performance.now() - began) / 1_000;
    if (rows !== place.rows) throw new Error(`${rows} rows came as ${format}`);
    child.send("end");
    const { cpuMs, peakMb, loopP99Ms } = await said<{
      cpuMs: number;
      peakMb: number;
      loopP99Ms: number;
    }>(child);
    return {
      rowsPerSecond: rows / seconds,
      megabytes: bytes / 1e6,
      nodeCpuMs: cpuMs,
      idleMb,
      peakMb,
      loopP99Ms,
    };
  } finally {
    child.kill();
    await once(child, "exit");
  }
}

async function said<Answer>(child: ChildProcess): Promise<Answer> {
  const ended = once(child, "exit").then(() => {
    throw new Error("the gateway's process has ended");
  });
  const [answer] = (await Promise.race([once(child, "message"), ended])) as [Answer];
  return answer;
}

function taken(url: string, token: string): Promise<{ bytes: number; rows: number }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers: { authorization: `Bearer ${token}` } }, (answer) => {
      let bytes = 0;
      answer.on("data", (piece: Buffer) => {
        bytes += piece.length;
      });
      answer.once("error", reject);
      answer.once("end", () => resolve({ bytes, rows: Number(answer.trailers["row-count"]) }));
    });
    asked.once("error", reject);
    asked.end();
  });
}
