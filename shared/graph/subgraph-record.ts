import { Counter, Histogram } from "prom-client";
import { log } from "../log.ts";
import { LATENCY_SECONDS } from "../metrics.ts";

const requests = new Counter({
  name: "tracegraph_subgraph_requests_total",
  help: "Requests that a subgraph in a process of its own answered, by HTTP status and first error code",
  labelNames: ["subgraph", "status", "code"],
});
const requestSeconds = new Histogram({
  name: "tracegraph_subgraph_request_seconds",
  help: "Time until a subgraph in a process of its own had answered",
  labelNames: ["subgraph"],
  buckets: LATENCY_SECONDS,
});

/** What is told of one request to a subgraph. */
export interface SubgraphRequest {
  subgraph: string;
  /** The id that the gateway gave the client's request. */
  id: string;
  operation: string | null;
  status: number;
  codes: ReadonlySet<string>;
  /** When it came, as `performance.now()` says it. */
  began: number;
}

/** Leaves one line in the log, and counts it. */
export function recordRequest({ began, codes, ...request }: SubgraphRequest): void {
  const ms = Math.round((performance.now() - began) * 10) / 10;
  log("INFO", "request", { ...request, codes: [...codes], ms });
  const { subgraph, status } = request;
  const [code = "none"] = codes;
  requests.inc({ subgraph, status: String(status), code });
  requestSeconds.observe({ subgraph }, ms / 1_000);
}
