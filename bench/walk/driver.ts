import { Client, type Dispatcher } from "undici";
import type { Job, JobResult } from "./drive.ts";
import type { WalkRequest } from "./variant.ts";

/**
 * The load generator, a process of its own: it asks over connections that stay open, one request
 * at a time on each, the devices in rotation. It is told jobs by messages.
 */

interface Reply {
  status: number;
  bytes: number;
  text: string | null;
}

async function run({
  origin,
  requests,
  connections,
  seconds,
  keepsAnswers,
}: Job): Promise<JobResult> {
  const clients = Array.from({ length: connections }, () => new Client(origin, { pipelining: 1 }));
  const answers: string[] = [];
  const bytes: number[] = [];
  const times: number[] = [];
  const failures: string[] = [];
  let next = 0;
  const startedAt = performance.now();
  const endsAt = seconds === null ? Number.POSITIVE_INFINITY : startedAt + seconds * 1_000;
  const worker = async (client: Client) => {
    while (performance.now() < endsAt && (seconds !== null || next < requests.length)) {
      const place = next++ % requests.length;
      const request = requests[place] as WalkRequest;
      const began = performance.now();
      const reply = await send(client, request, keepsAnswers);
      times.push(performance.now() - began);
      if (reply.status !== 200) failures.push(`request ${place}: status ${reply.status}`);
      if (reply.text !== null) answers[place] = reply.text;
      bytes[place] ??= reply.bytes;
      // Every answer is as long as the first one to the same question.
      if (bytes[place] !== reply.bytes) failures.push(`request ${place}: ${reply.bytes} bytes`);
    }
  };
  await Promise.all(clients.map(worker));
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  await Promise.all(clients.map((client) => client.close()));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return {
    requests: times.length,
    elapsedSeconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failures: failures.slice(0, 10),
    failed: failures.length,
    bytes: bytes.reduce((sum, one) => sum + one, 0) / Math.max(1, bytes.length),
    answers,
  };
}

function send(client: Client, request: WalkRequest, keepsText: boolean): Promise<Reply> {
  const { method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const reply: Reply = { status: 0, bytes: 0, text: null };
    const chunks: Buffer[] = [];
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, status) {
        reply.status = status;
      },
      onResponseData(_controller, chunk) {
        reply.bytes += chunk.length;
        if (keepsText) chunks.push(Buffer.from(chunk));
      },
      onResponseEnd() {
        if (keepsText) reply.text = Buffer.concat(chunks).toString("utf8");
        resolve(reply);
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    };
    client.dispatch({ method, path, headers, body }, handler);
  });
}

process.on("message", (job: Job) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
