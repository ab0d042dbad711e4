import { Counter, Histogram } from "prom-client";
import { LATENCY_SECONDS, readMetric } from "../../shared/metrics.ts";

/** Values of the label `document`: a Prometheus keeps a series for each, for weeks. */
const PUBLISHED_MOST = 150;
/** Operation names are chosen by whoever asks, so they cannot push published documents out. */
const NAMES_MOST = 50;
const NAME_CHARACTERS = 64;

const requests = new Counter({
  name: "tracegraph_requests_total",
  help: "GraphQL requests answered, by document, HTTP status and first error code",
  labelNames: ["document", "status", "code"],
});
const requestSeconds = new Histogram({
  name: "tracegraph_request_seconds",
  help: "Time until a GraphQL request's answer was sent, by document",
  labelNames: ["document"],
  buckets: LATENCY_SECONDS,
});
const fetches = new Counter({
  name: "tracegraph_subgraph_fetches_total",
  help: "Fetches from subgraphs, by subgraph and outcome (ok, errors, unavailable)",
  labelNames: ["subgraph", "outcome"],
});
const fetchSeconds = new Histogram({
  name: "tracegraph_subgraph_fetch_seconds",
  help: "Time of a fetch from a subgraph, by subgraph",
  labelNames: ["subgraph"],
  buckets: LATENCY_SECONDS,
});
const flushSeconds = new Histogram({
  name: "tracegraph_access_log_flush_seconds",
  help: "Time to write a batch of the access log durably",
  buckets: LATENCY_SECONDS,
});

/** What the metrics tell of one answered request. */
export interface AnsweredRequest {
  /** Id of the published document, where one was run. */
  document: string | null;
  /** Name of the operation that was executed, where it came as text. */
  operation: string | null;
  status: number;
  /** Code of the first error; null where there is none. */
  code: string | null;
  ms: number;
}

export function observeRequest(request: AnsweredRequest): void {
  const document = documentLabel(request);
  requests.inc({ document, status: String(request.status), code: request.code ?? "none" });
  requestSeconds.observe({ document }, request.ms / 1_000);
}

export type FetchOutcome = "ok" | "errors" | "unavailable";

export function observeFetch(subgraph: string, outcome: FetchOutcome, ms: number): void {
  fetches.inc({ subgraph, outcome });
  fetchSeconds.observe({ subgraph }, ms / 1_000);
}

/** Is told how long each batch of the access log took to be durable. */
export function observeFlush(ms: number): void {
  flushSeconds.observe(ms / 1_000);
}

const published = new Set<string>();
const names = new Set<string>();

/** At most 200 values and a few fixed ones: whatever comes later is `other`. */
function documentLabel({ document, operation }: AnsweredRequest): string {
  if (document !== null) return within(published, document, PUBLISHED_MOST);
  if (operation === null) return "none";
  return operation.length > NAME_CHARACTERS ? "other" : within(names, operation, NAMES_MOST);
}

function within(known: Set<string>, value: string, most: number): string {
  if (known.has(value)) return value;
  if (known.size >= most) return "other";
  known.add(value);
  return value;
}

/** How full the gateway is. The figures are asked for when somebody reads the metrics. */
export interface Capacity {
  /** Requests that are worked on. */
  running(): number;
  /** Requests that wait for their turn. */
  queued(): number;
  /** Requests that were refused since the start because there was no room for them. */
  shed(): number;
}
/** The lines of the access log that wait to be written. */
export interface AccessLogQueue {
  queued(): number;
}

/** The exports that are being written. */
export interface RunningExports {
  running(): number;
}

const capacities = new Set<Capacity>();
const accessLogs = new Set<AccessLogQueue>();
const exporters = new Set<RunningExports>();

/** Lets the metrics tell how full this gateway is. Answers how to end that. */
export function watchCapacity(capacity: Capacity): () => void {
  capacities.add(capacity);
  return () => void capacities.delete(capacity);
}

/** Lets the metrics tell how much of the access log waits. Answers how to end that. */
export function watchAccessLog(accessLog: AccessLogQueue): () => void {
  accessLogs.add(accessLog);
  return () => void accessLogs.delete(accessLog);
}

/** Lets the metrics tell how many exports this gateway writes. Answers how to end that. */
export function watchExports(exports: RunningExports): () => void {
  exporters.add(exports);
  return () => void exporters.delete(exports);
}

readMetric({
  kind: "gauge",
  name: "tracegraph_exports_in_progress",
  help: "Exports that are being written",
  labels: [],
  *read() {
    for (const exports of exporters) yield { labels: {}, value: exports.running() };
  },
});
readMetric({
  kind: "gauge",
  name: "tracegraph_requests_in_progress",
  help: "Requests that the gateway holds, by state (running, queued)",
  labels: ["state"],
  *read() {
    for (const capacity of capacities) {
      yield { labels: { state: "running" }, value: capacity.running() };
      yield { labels: { state: "queued" }, value: capacity.queued() };
    }
  },
});
readMetric({
  kind: "counter",
  name: "tracegraph_requests_shed_total",
  help: "Requests refused at once because the gateway was full",
  labels: [],
  *read() {
    for (const capacity of capacities) yield { labels: {}, value: capacity.shed() };
  },
});
readMetric({
  kind: "gauge",
  name: "tracegraph_access_log_queued",
  help: "Lines of the access log that wait to be written",
  labels: [],
  *read() {
    for (const accessLog of accessLogs) yield { labels: {}, value: accessLog.queued() };
  },
});
