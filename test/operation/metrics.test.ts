import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  observeFlush,
  observeRequest,
  watchAccessLog,
  watchCapacity,
  watchExports,
} from "../../gateway/operation/metrics.ts";
import { mayReadMetrics, readMetricsToken } from "../../shared/metrics-access.ts";
import { tinyManufacturing, tinyOwnership } from "../gateway/tiny-subgraphs.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";

let gateway: TestGateway;
const ownership = tinyOwnership();
beforeAll(async () => {
  gateway = await testGateway({ services: [tinyManufacturing(), ownership] });
});
afterAll(() => gateway.close());

const DEVICE = `query Device($id: ID!) { device(connhexId: $id) { serialNumber owner { displayName } } }`;

/** The metrics as Prometheus would read them: a value by name and labels. */
async function scrape(): Promise<Map<string, number>> {
  const answer = await fetch(`${gateway.gateway.url}/metrics`);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await answer.text()).split("\n").filter((line) => line && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe("the metrics tell", () => {
  test("requests by operation, status and code, and fetches by subgraph and outcome", async () => {
    await gateway.query(DEVICE, { id: "connhex-1" });
    await gateway.query(DEVICE, { id: "connhex-2" });
    await gateway.query("{ nothing }");
    await gateway.send("{}", {});
    ownership.fault = () => {
      throw new Error("away");
    };
    await gateway.query(DEVICE, { id: "connhex-3" });
    ownership.fault = () => undefined;
    const metrics = await scrape();
    const of = (document: string, status: number, code: string) =>
      metrics.get(
        `tracegraph_requests_total{document="${document}",status="${status}",code="${code}"}`,
      );
    expect(of("Device", 200, "none")).toBe(2);
    expect(of("Device", 200, "INTERNAL")).toBe(1);
    expect(of("none", 200, "GRAPHQL_VALIDATION_FAILED")).toBe(1);
    expect(of("none", 401, "UNAUTHENTICATED")).toBe(1);
    expect(metrics.get(`tracegraph_request_seconds_count{document="Device"}`)).toBe(3);
    const fetched = (subgraph: string, outcome: string) =>
      metrics.get(`tracegraph_subgraph_fetches_total{subgraph="${subgraph}",outcome="${outcome}"}`);
    expect(fetched("manufacturing", "ok")).toBe(3);
    expect(fetched("ownership", "ok")).toBe(2);
    expect(fetched("ownership", "errors")).toBe(1);
    expect(metrics.get(`tracegraph_subgraph_fetch_seconds_count{subgraph="ownership"}`)).toBe(3);
  });

  test("the process, its pools and its caches", async () => {
    await fetch(`${gateway.gateway.url}/readyz`);
    const metrics = await scrape();
    expect(
      metrics.get(`tracegraph_pool_connections{service="gateway",state="idle"}`),
    ).toBeGreaterThan(0);
    expect(metrics.get(`tracegraph_pool_connections{service="gateway",state="in_use"}`)).toBe(0);
    expect(metrics.get(`tracegraph_pool_waiting{service="gateway"}`)).toBe(0);
    expect(metrics.get(`tracegraph_cache_entries{cache="compiled_operations"}`)).toBeGreaterThan(0);
    expect(metrics.get(`tracegraph_cache_entries{cache="checked_tokens"}`)).toBeGreaterThan(0);
    expect(metrics.get(`tracegraph_cache_entries{cache="prepared_documents"}`)).toBe(0);
    expect(metrics.get("nodejs_eventloop_lag_p99_seconds")).toBeGreaterThan(0);
    expect(metrics.get("process_resident_memory_bytes")).toBeGreaterThan(1e6);
  });

  test("how full the gateway is, and what of the access log waits, while somebody says so", async () => {
    const ends = [
      watchCapacity({ running: () => 3, queued: () => 2, shed: () => 7 }),
      watchAccessLog({ queued: () => 5 }),
      watchExports({ running: () => 4 }),
    ];
    observeFlush(12);
    const metrics = await scrape();
    expect(metrics.get(`tracegraph_requests_in_progress{state="running"}`)).toBe(3);
    expect(metrics.get(`tracegraph_requests_in_progress{state="queued"}`)).toBe(2);
    expect(metrics.get("tracegraph_requests_shed_total")).toBe(7);
    expect(metrics.get("tracegraph_access_log_queued")).toBe(5);
    expect(metrics.get("tracegraph_exports_in_progress")).toBe(4);
    // The gateway's own requests have left lines too.
    const slower = `tracegraph_access_log_flush_seconds_bucket{le="0.025"}`;
    expect(metrics.get(slower)).toBeGreaterThan(0);
    for (const end of ends) end();
    expect((await scrape()).get("tracegraph_access_log_queued")).toBe(0);
  });

  test("nothing of the tenant, the device, the person or the token", async () => {
    const authorization = `Bearer ${await gateway.token({ subject: "anna-personal" })}`;
    const variables = { id: "connhex-17" };
    await gateway.send({ query: DEVICE, variables }, { authorization });
    const text = await (await fetch(`${gateway.gateway.url}/metrics`)).text();
    for (const word of ["demo", "connhex-17", "SN-17", "anna-personal", authorization.slice(7)]) {
      expect(text).not.toContain(word);
    }
  });

  test("of more documents than 200 the later ones as one", async () => {
    const asked = (document: string | null, operation: string | null) =>
      observeRequest({ document, operation, status: 200, code: null, ms: 1 });
    for (let n = 0; n < 500; n++) asked(null, `Named${n}`);
    for (let n = 0; n < 500; n++) asked(`document-${n}`, `Named${n}`);
    asked(null, "x".repeat(65));
    const names = [...(await scrape()).keys()]
      .filter((name) => name.startsWith("tracegraph_request_seconds_count"))
      .map((name) => /document="(.*)"/.exec(name)?.[1] ?? "");
    const known = names.filter((name) => name !== "none" && name !== "other");
    expect(names).toContain("other");
    expect(known).toHaveLength(200);
    // Whoever invents names does not push published documents out.
    expect(known.filter((name) => name.startsWith("document-"))).toHaveLength(150);
  });
});

describe("who may read the metrics", () => {
  const get = (headers: Record<string, string>) =>
    fetch(`${gateway.gateway.url}/metrics`, { headers }).then(({ status }) => status);

  test("without a token: this machine itself, and nobody through a proxy on it", async () => {
    expect(await get({})).toBe(200);
    expect(await get({ "x-forwarded-for": "203.0.113.9" })).toBe(404);
    expect(await get({ forwarded: "for=203.0.113.9" })).toBe(404);
  });

  test.each([
    ["127.0.0.1", {}, null, true],
    ["::1", {}, null, true],
    ["::ffff:127.0.0.1", {}, null, true],
    ["10.0.0.7", {}, null, false],
    ["::ffff:10.0.0.7", {}, null, false],
    ["10.0.0.7", { authorization: "Bearer a-secret-of-some-length" }, null, false],
    [
      "10.0.0.7",
      { authorization: "Bearer a-secret-of-some-length" },
      "a-secret-of-some-length",
      true,
    ],
    [
      "10.0.0.7",
      { authorization: "Bearer another-secret-for-it" },
      "a-secret-of-some-length",
      false,
    ],
    ["127.0.0.1", {}, "a-secret-of-some-length", false],
  ])("from %s with %j where the token is %s: %s", (remoteAddress, headers, token, may) => {
    const asked = { headers, socket: { remoteAddress } };
    expect(mayReadMetrics(asked, token)).toBe(may);
  });

  test("a token too short to be a secret stops the start", () => {
    expect(readMetricsToken("")).toBeNull();
    expect(() => readMetricsToken("short")).toThrow("METRICS_TOKEN");
  });
});

describe("the request id", () => {
  const idFor = (id: string | string[]) =>
    new Promise<unknown>((resolve, reject) => {
      const { port } = gateway.gateway;
      const asked = request({ port, path: "/livez", headers: { "x-request-id": id } }, (answer) => {
        answer.resume();
        resolve(answer.headers["x-request-id"]);
      });
      asked.on("error", reject).end();
    });

  test.each(["01J9ZK3V7Q8X", "6f1c2a34-5b67-4c89-9d01-23456789abcd", "front-end:checkout.7"])(
    "is the client's own, where that is sane: %s",
    async (id) => expect(await idFor(id)).toBe(id),
  );

  test.each([
    ["short", "a-1"],
    ["long", "a".repeat(65)],
    ["not plain", 'a-request"},{"level":"ERROR'],
    ["begun with a sign", "-----------"],
    ["twice", ["request-one", "request-two"]],
  ])("is the gateway's where the client's is %s", async (_, id) => {
    expect(await idFor(id)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });
});
