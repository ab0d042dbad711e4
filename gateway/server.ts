import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { INTERNAL_MESSAGE } from "../shared/graph/public-error.ts";
import type { SubgraphService } from "../shared/graph/subgraph-service.ts";
import { followConnections, sendJson } from "../shared/http.ts";
import { log } from "../shared/log.ts";
import { metricsText, openMetrics, sendMetrics } from "../shared/metrics.ts";
import { mayReadMetrics } from "../shared/metrics-access.ts";
import { DEFAULT_SPOOL, type GatewayConfig } from "./config.ts";
import { answerChanges, CHANGES_PATH, type ChangesParts } from "./events/changes-route.ts";
import { openFeed } from "./events/open-feed.ts";
import { Exports } from "./exports/exports.ts";
import { answerExport, type ExportParts, isExportPath } from "./exports/exports-route.ts";
import { sendGraphiql } from "./graphiql.ts";
import { answerGraphql, type GraphqlParts } from "./graphql-route.ts";
import { type ObserveFetch, stackOf } from "./guarded-fetch.ts";
import { tokenCheck } from "./identity/token-check.ts";
import { isLogPath } from "./ledger/log-path.ts";
import { answerLogRequest, type LogParts } from "./ledger/log-route.ts";
import { publishedLogs } from "./ledger/published-logs.ts";
import { GATEWAY_LIMITS } from "./limits.ts";
import type { LiveLimits } from "./live/limits.ts";
import { LiveUpdates } from "./live/live-updates.ts";
import type { CapacityOptions } from "./load/capacity.ts";
import { boundConnections } from "./load/connections-per-address.ts";
import { openGate } from "./load/gate.ts";
import type { UsualBudgets } from "./load/rate-limit.ts";
import { boundReading, type ReadingTime } from "./load/reading-time.ts";
import { openGraph } from "./open-graph.ts";
import { type Readiness, readinessCheck } from "./operation/readiness.ts";
import { requestIdOf } from "./operation/request-id.ts";
import { openRemoteSubgraphs } from "./remote-subgraphs.ts";
import { PreparedOperations } from "./request/prepared-operation.ts";
import { type GatewaySubgraph, localSubgraph } from "./subgraph.ts";
import type { WebhookPace } from "./webhooks/limits.ts";

export interface GatewayOptions {
  /** The subgraphs in this process; without them those of the configuration are asked over HTTP. */
  services?: readonly SubgraphService[];
  observeFetch?: ObserveFetch;
  /** What `/metrics` answers, where that is more than this process. */
  metrics?: () => Promise<string>;
  /** The part of each client's budget that this process grants: with n workers each has 1/n. */
  share?: number;
  /** Requests a minute of those who have no budget of their own: more, for tests and benchmarks. */
  budgets?: UsualBudgets;
  /** Fewer requests at once: tests do not send as many. */
  capacity?: CapacityOptions;
  /** Only a benchmark turns it off, to tell what recording costs. */
  recordsAccess?: boolean;
  /** The registry with one of its checks removed: the access matrix must tell. */
  changeRegistry?: (registry: SubgraphService) => Promise<SubgraphService>;
  /** How long an answer may be read: tests do not wait as long. */
  readingTime?: Partial<ReadingTime>;
  /** Other limits of live updates: tests do not wait as long. */
  liveLimits?: Partial<LiveLimits>;
  /** Other times for webhooks, for the same reason. */
  webhookPace?: Partial<WebhookPace>;
}
export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Accepts nothing more, and finishes what is in flight. The services are their owner's to close. */
  close(): Promise<void>;
}

/** What the routes work with. */
interface Parts extends GraphqlParts, ExportParts, ChangesParts, LogParts {
  readiness: () => Promise<Readiness>;
  metrics: () => Promise<string>;
  metricsToken: string | null;
  servesGraphiql: boolean;
  isClosing: boolean;
}

/** Starts the gateway and listens. */
export async function startGateway(
  config: GatewayConfig,
  options: GatewayOptions = {},
): Promise<Gateway> {
  const { services, observeFetch, metrics = metricsText, liveLimits = {} } = options;
  openMetrics();
  const check = await tokenCheck(config.issuer);
  const others = await openSubgraphs(config, services);
  const { databaseUrl, ledger, webhooks } = config;
  const { changeRegistry, webhookPace } = options;
  const graph = await openGraph(others, {
    ...{ databaseUrl, ledger, webhooks, webhookPace, observeFetch, changeRegistry },
  });
  const { subgraphs, lane, runtime, registry, accessLog } = graph;
  const operations = new PreparedOperations(lane.schema);
  const gate = openGate({ ...options, proxies: config.proxies ?? 0 });
  const live = new LiveUpdates({
    ...{ gate, check, registry, lane, subgraphs, observeFetch, limits: liveLimits },
    accessLog,
  });
  const recordingLog = options.recordsAccess === false ? null : accessLog;
  const exports = new Exports({
    ...{ databaseUrl, subgraphs, accessLog: recordingLog },
    spool: config.exports ?? DEFAULT_SPOOL,
  });
  const changes = openFeed(graph.feed);
  const parts = {
    ...changes,
    ...{ gate, live, exports, runtime, check, lane, operations, registry, metrics },
    logs: publishedLogs(subgraphs, graph.ledger),
    readiness: readinessCheck({ ...graph, subgraphs: others }),
    accessLog: recordingLog,
    tellsSchema: config.issuer.kind === "development",
    metricsToken: config.metricsToken ?? null,
    servesGraphiql: config.servesGraphiql ?? false,
    isClosing: false,
  };
  const server = await listen(config, parts).catch(async (error: unknown) => {
    // What has begun by now, like a log, would keep the process for ever.
    live.close();
    changes.pulse.close();
    gate.close();
    await Promise.all([exports.close(), graph.close()]);
    throw error;
  });
  boundReading(server, { ...GATEWAY_LIMITS, ...options.readingTime });
  const closeServer = followConnections(server);
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : config.port;
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  return {
    url: `http://${host}:${port}`,
    port,
    async close() {
      parts.isClosing = true;
      live.close();
      changes.pulse.close();
      await Promise.all([closeServer(GATEWAY_LIMITS.closeMs), exports.close()]);
      gate.close();
      await graph.close();
    },
  };
}

async function openSubgraphs(
  { remote }: GatewayConfig,
  services?: readonly SubgraphService[],
): Promise<GatewaySubgraph[]> {
  if (services) return services.map(localSubgraph);
  if (remote) return openRemoteSubgraphs(remote);
  throw new Error("MANUFACTURING_URL and OWNERSHIP_URL must say where the subgraphs are");
}

async function listen({ host, port, proxies }: GatewayConfig, parts: Parts): Promise<Server> {
  // Node looks for slow clients only every 30 s unless it is told otherwise.
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    const requestId = requestIdOf(request.headers);
    response.setHeader("x-request-id", requestId);
    route(parts, request, response, requestId).catch((error: unknown) => {
      log("ERROR", "fault", { id: requestId, stack: stackOf(error) });
      if (response.headersSent) return response.destroy();
      const extensions = { code: "INTERNAL", requestId };
      return sendJson(response, 500, { errors: [{ message: INTERNAL_MESSAGE, extensions }] });
    });
  });
  server.headersTimeout = GATEWAY_LIMITS.headersTimeoutMs;
  server.requestTimeout = GATEWAY_LIMITS.requestTimeoutMs;
  server.keepAliveTimeout = GATEWAY_LIMITS.keepAliveTimeoutMs;
  server.maxConnections = GATEWAY_LIMITS.connections;
  // Whoever neither sends nor reads is cut off; live updates speak more often than that.
  server.timeout = GATEWAY_LIMITS.silenceMs;
  if (!proxies) boundConnections(server, GATEWAY_LIMITS.connectionsOfAnAddress);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return server;
}

async function route(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
): Promise<void> {
  const [path] = (request.url ?? "").split("?", 1);
  if (path === "/graphql") return answerGraphql(parts, request, response, requestId);
  if (path && isExportPath(path)) return answerExport(parts, request, { response, requestId });
  if (path === CHANGES_PATH) return answerChanges(parts, request, { response, requestId });
  if (path && isLogPath(path)) return answerLogRequest(parts, request, { response, requestId });
  if (request.method === "GET") {
    if (path === "/graphiql" && parts.servesGraphiql) return sendGraphiql(request, response);
    if (path === "/livez") return sendJson(response, 200, { live: true });
    if (path === "/readyz") return sendReadiness(parts, response);
    if (path === "/metrics" && mayReadMetrics(request, parts.metricsToken)) {
      return sendMetrics(response, await parts.metrics());
    }
  }
  sendJson(response, 404, { error: "not found" });
}

/** Ready is a gateway that has all that it needs, and is not on its way out. */
async function sendReadiness(parts: Parts, response: ServerResponse): Promise<void> {
  const { subgraphs, ...own } = await parts.readiness();
  const states = { ...own, open: !parts.isClosing };
  const ready = [states, subgraphs].every((each) => Object.values(each).every(Boolean));
  sendJson(response, ready ? 200 : 503, { ready, ...states, subgraphs });
}
