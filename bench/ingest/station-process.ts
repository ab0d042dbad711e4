import { Client } from "undici";
import { recordOf } from "./rows.ts";
import type { StationsJob, StationsResult } from "./stations.ts";

/**
 * Stations of a line, in a process of their own: each has a connection that stays open and records
 * one device after the other. They are told jobs by messages.
 */
async function run(job: StationsJob): Promise<StationsResult> {
  const { origin, stations, seconds } = job;
  const clients = Array.from({ length: stations }, () => new Client(origin, { pipelining: 1 }));
  const times: number[] = [];
  const failures: string[] = [];
  let next = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  const station = async (client: Client) => {
    while (performance.now() < endsAt) {
      const number = next++;
      const began = performance.now();
      const { status, text } = await record(client, job, number);
      times.push(performance.now() - began);
      if (status !== 200 || !text.includes('"outcome":"RECORDED"')) {
        failures.push(`device ${number}: status ${status}, ${text.slice(0, 300)}`);
      }
    }
  };
  await Promise.all(clients.map(station));
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  await Promise.all(clients.map((client) => client.close()));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return {
    records: next,
    elapsedSeconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failures: failures.slice(0, 10),
    failed: failures.length,
  };
}

async function record(
  client: Client,
  { token, documentId, prefix }: StationsJob,
  number: number,
): Promise<{ status: number; text: string }> {
  const input = [recordOf(prefix, number)];
  const { statusCode, body } = await client.request({
    method: "POST",
    path: "/graphql",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify({ documentId, variables: { input, key: `${prefix}${number}` } }),
  });
  return { status: statusCode, text: await body.text() };
}

process.on("message", (job: StationsJob) => {
  run(job).then(
    (result) => process.send?.(result),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
