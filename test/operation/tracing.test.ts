import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { wantsTraces } from "../../start/config.ts";
import { type CollectedSpan, type Collector, startCollector } from "./collector.ts";
import { type SplitSystem, splitSystem } from "./split-system.ts";

let collector: Collector;
let system: SplitSystem;
beforeAll(async () => {
  collector = await startCollector();
  system = await splitSystem({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "100",
  });
});
afterAll(async () => {
  await system.close();
  await collector.close();
});

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLIENT_SPAN = "00f067aa0ba902b7";
const REQUEST_ID = "checkout-0000-1";

async function ask(query: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${system.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${await system.token(["line"])}`,
      ...headers,
    },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await answer.json()) as { data: unknown; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

/** The spans of a trace, once no more of them come. */
async function trace(id: string): Promise<CollectedSpan[]> {
  for (let quiet = 0, before = -1; quiet < 8; await sleep(100)) {
    const { length } = collector.spans.filter(({ traceId }) => traceId === id);
    quiet = length === before && length > 0 ? quiet + 1 : 0;
    before = length;
  }
  return collector.spans.filter(({ traceId }) => traceId === id);
}

const PROVISION = `mutation Provision {
  provisionDevices(input: [{ serialNumber: "SN-SECRET-1", initKey: "init-key-of-the-device" }]) {
    verdicts { outcome }
  }
}`;

test("one trace goes through the gateway and both subgraphs, down to the statements", async () => {
  await ask(`mutation { recordDevices(input: [{ serialNumber: "SN-SECRET-1" }]) { recorded } }`);
  const data = await ask(PROVISION, {
    traceparent: `00-${TRACE}-${CLIENT_SPAN}-01`,
    baggage: "person=anna",
    "x-request-id": REQUEST_ID,
  });
  expect(data).toEqual({ provisionDevices: { verdicts: [{ outcome: "PROVISIONED" }] } });
  const spans = await trace(TRACE);
  const parentOf = (span?: CollectedSpan) =>
    spans.find(({ spanId }) => spanId === span?.parentSpanId);
  const named = (service: string, name: string) =>
    spans.find((span) => span.service === `tracegraph-${service}` && span.name === name);
  const request = named("gateway", "request");
  expect(request?.parentSpanId).toBe(CLIENT_SPAN);
  expect(request?.attributes).toEqual({
    "tracegraph.request.id": REQUEST_ID,
    "http.response.status_code": 200,
  });
  const operation = named("gateway", "operation");
  expect(operation?.attributes).toEqual({ "graphql.operation.name": "Provision" });
  expect(parentOf(operation)).toBe(request);
  const fetched = named("gateway", "fetch ownership");
  expect(parentOf(fetched)).toBe(operation);
  const remote = named("ownership", "request ownership");
  expect(parentOf(remote)).toBe(fetched);
  expect(remote?.kind).toBe(2);
  // Ownership asks Manufacturing in turn, and that is the same trace.
  const linked = named("manufacturing", "request manufacturing");
  expect(parentOf(linked)?.service).toBe("tracegraph-ownership");
  for (const service of ["ownership", "manufacturing"]) {
    const statements = spans.filter(
      (span) => span.service === `tracegraph-${service}` && span.name.startsWith("sql "),
    );
    expect(statements.length).toBeGreaterThan(1);
    for (const { name, attributes } of statements) {
      expect(name).toMatch(/^sql \w+$/);
      expect(attributes).toEqual({ "db.system.name": "postgresql" });
    }
  }
  expect(spans.filter(({ isFailed }) => isFailed)).toEqual([]);
});

test("the log lines of all services carry the id of the request", () => {
  for (const service of ["gateway", "ownership"] as const) {
    const lines = system.lines[service]
      .filter((line) => line.includes(`"event":"request"`) && line.includes(REQUEST_ID))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      id: REQUEST_ID,
      status: 200,
      codes: [],
      operation: service === "gateway" ? "Provision" : "mutation provisionDevices",
    });
  }
});

test("no trace holds a device, a person, a secret, or anything of SQL", () => {
  const all = collector.bodies.join("");
  expect(all).toContain("sql ");
  for (const secret of ["SN-SECRET-1", "init-key-of", "anna", "demo", "eyJ"]) {
    expect(all).not.toContain(secret);
  }
  expect(all).not.toMatch(/\b(SELECT|INSERT|UPDATE|WHERE)\b/);
});

test("without a client's trace each request begins one of its own", async () => {
  const known = new Set(collector.spans.map(({ spanId }) => spanId));
  await ask(`{ device(serialNumber: "SN-SECRET-1") { identity { state } } }`, {
    traceparent: "00-not-a-trace-01",
  });
  let request: CollectedSpan | undefined;
  while (!request) {
    request = collector.spans.find(({ name, spanId }) => name === "request" && !known.has(spanId));
    await sleep(50);
  }
  expect(request.parentSpanId ?? "").toBe("");
  const spans = await trace(request.traceId);
  expect(new Set(spans.map(({ service }) => service))).toEqual(
    new Set(["tracegraph-gateway", "tracegraph-manufacturing", "tracegraph-ownership"]),
  );
});

test.each([
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, true],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:4318/v1/traces" }, true],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_SDK_DISABLED: "true" }, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_TRACES_EXPORTER: "none" }, false],
  [{ OTEL_TRACES_EXPORTER: "otlp" }, false],
])("whether %j asks for traces: %s", (environment, wanted) => {
  expect(wantsTraces(environment)).toBe(wanted);
});

test.each([
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
  ["OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"],
  ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"],
  ["OTEL_EXPORTER_OTLP_ENDPOINT", "nope"],
  ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector:4318"],
])("%s=%s is refused at the start, by the variable's name", (name, value) => {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", [name]: value };
  expect(() => wantsTraces(environment)).toThrow(`${name} must be`);
  expect(() => wantsTraces(environment)).toThrow(`, not ${value}`);
});
