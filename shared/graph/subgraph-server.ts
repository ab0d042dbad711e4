import type { KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from "@apollo/server/plugin/disabled";
import type { GraphQLError, GraphQLFormattedError } from "graphql";
import { followConnections, readBody, sendJson } from "../http.ts";
import { log } from "../log.ts";
import { metricsText, openMetrics, sendMetrics } from "../metrics.ts";
import { mayReadMetrics } from "../metrics-access.ts";
import { tracedRequest } from "../tracing.ts";
import {
  CHANGES_PATH,
  mayReadChanges,
  readChangesRequest,
  streamChanges,
} from "./changes-server.ts";
import { compiledAnswers } from "./compiled-answers.ts";
import { ERASURES_PATH, readErasuresRequest } from "./erasures-server.ts";
import { answerEvents, EVENTS_PATH, readEventsRequest } from "./events-server.ts";
import { EXPORTS_PATH, readExportRequest, streamExport } from "./exports-server.ts";
import { answerLog, LOG_PATH, readLogRequest } from "./log-server.ts";
import { INTERNAL_MESSAGE, publicError } from "./public-error.ts";
import { SeenDevices } from "./seen-devices.ts";
import { type CheckedToken, type ServiceTokenCheck, serviceTokenCheck } from "./service-token.ts";
import {
  outcomeOf,
  type RequestContext,
  recordingPlugin,
  recordRequest,
} from "./subgraph-record.ts";
import type { SubgraphService } from "./subgraph-service.ts";

const LIMITS = {
  bodyBytes: 16 * 1024 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  /** Longer than a client of ours keeps an idle connection, so that it never meets a closed one. */
  keepAliveTimeoutMs: 65_000,
  connections: 1_000,
  closeMs: 10_000,
} as const;

/** The one route that answers GraphQL. */
export const SUBGRAPH_PATH = "/graphql";
/** Every refusal is this one: who may not ask learns nothing, not even which paths exist. */
const REFUSAL = { errors: [{ message: "refused", extensions: { code: "UNAUTHENTICATED" } }] };

export interface ServeOptions {
  port: number;
  host: string;
  /** The public keys of the services that may ask, by their names. */
  trustedKeys: ReadonlyMap<string, KeyObject>;
  /** Who sends it reads the metrics; without it whoever asks on this machine. */
  metricsToken?: string | null;
  /** How long a stream of changes lasts, where that is less than its token lives. */
  changesMs?: number;
}
export interface SubgraphServer {
  url: string;
  close(): Promise<void>;
}

/** What this server answers with. */
interface Parts {
  service: SubgraphService;
  apollo: ApolloServer<RequestContext>;
  check: ServiceTokenCheck;
  metricsToken: string | null;
  changesMs: number | undefined;
  /** Aborted when this server ends: streams end then. */
  closing: AbortSignal;
}

/** Serves a subgraph over HTTP to holders of service tokens, and to nobody else. */
export async function serveSubgraph(
  service: SubgraphService,
  { port, host, trustedKeys, metricsToken = null, changesMs }: ServeOptions,
): Promise<SubgraphServer> {
  openMetrics();
  const apollo = await startApollo(service);
  const check = serviceTokenCheck(service.name, trustedKeys);
  const closing = new AbortController();
  const parts = { service, apollo, check, metricsToken, changesMs, closing: closing.signal };
  const server = createServer({ connectionsCheckingInterval: 1_000 }, (request, response) => {
    answer(parts, request, response).catch((error: unknown) => {
      log("ERROR", "subgraph-request-failed", { subgraph: service.name, stack: stackOf(error) });
      if (response.headersSent) response.destroy();
      else sendJson(response, 500, { errors: [{ message: INTERNAL_MESSAGE }] });
    });
  });
  server.requestTimeout = LIMITS.requestTimeoutMs;
  server.headersTimeout = LIMITS.headersTimeoutMs;
  server.keepAliveTimeout = LIMITS.keepAliveTimeoutMs;
  server.maxConnections = LIMITS.connections;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const closeServer = followConnections(server);
  const address = server.address();
  const bound = typeof address === "object" && address ? address.port : port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}${SUBGRAPH_PATH}`,
    async close() {
      closing.abort();
      await closeServer(LIMITS.closeMs);
      await apollo.stop();
    },
  };
}

async function startApollo(service: SubgraphService): Promise<ApolloServer<RequestContext>> {
  const apollo = new ApolloServer<RequestContext>({
    schema: service.schema,
    introspection: false,
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    plugins: [
      ApolloServerPluginInlineTraceDisabled(),
      // It would watch every field, for a header that nobody reads.
      ApolloServerPluginCacheControlDisabled(),
      recordingPlugin(service.name),
      compiledAnswers(service, allowListed),
    ],
    formatError: allowListed,
  });
  await apollo.start();
  return apollo;
}

function allowListed(
  raised: Pick<GraphQLError, "message" | "path" | "extensions"> | GraphQLFormattedError,
): GraphQLFormattedError {
  const error = publicError(raised) ?? {
    message: INTERNAL_MESSAGE,
    extensions: { code: "INTERNAL" },
  };
  return { ...error, ...(raised.path && { path: raised.path }) };
}

async function answer(
  parts: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { service, check, metricsToken } = parts;
  if (request.method === "GET" && request.url === "/livez") return sendJson(response, 200, {});
  if (request.method === "GET" && request.url === "/readyz") {
    const isReady = await service.ready().then(
      () => true,
      () => false,
    );
    return sendJson(response, isReady ? 200 : 503, { ready: isReady });
  }
  if (request.method === "GET" && request.url === "/metrics") {
    if (mayReadMetrics(request, metricsToken)) return sendMetrics(response, await metricsText());
  }
  const token = checkedToken(request, check);
  const body = token && (await readBody(request, LIMITS.bodyBytes));
  const graphql = token && Buffer.isBuffer(body) && token.admits(body) && parseBody(body);
  if (graphql && request.url === CHANGES_PATH) {
    const asked = mayReadChanges(token) ? readChangesRequest(graphql) : null;
    const changes = service.changes?.bind(service);
    if (changes && asked) {
      const { tenant } = token.caller;
      const { closing, changesMs: mostMs } = parts;
      return streamChanges(changes, { tenant, ...asked }, { response, closing, mostMs });
    }
  }
  if (graphql && request.url === EVENTS_PATH) {
    const question = readEventsRequest(graphql);
    const events = service.events?.bind(service);
    if (events && question) return answerEvents(events, { ...token, question }, response);
  }
  if (graphql && request.url === LOG_PATH) {
    const question = mayReadChanges(token) ? readLogRequest(graphql) : null;
    if (service.log && question) return answerLog(service.log, { ...token, question }, response);
  }
  if (graphql && request.url === ERASURES_PATH) {
    const forgotten = mayReadChanges(token) ? readErasuresRequest(graphql) : null;
    const orders = forgotten && (await service.erasures?.(forgotten));
    if (orders) return sendJson(response, 200, { orders });
  }
  if (graphql && request.url === EXPORTS_PATH) {
    const question = readExportRequest(graphql);
    const begin = service.export?.bind(service);
    if (begin && question) {
      return streamExport(begin, { ...token, question }, { response, closing: parts.closing });
    }
  }
  if (!graphql || request.url !== SUBGRAPH_PATH) {
    return sendJson(response, 401, REFUSAL, { connection: "close" });
  }
  const came = { name: `request ${service.name}`, from: request.headers };
  const id = { "tracegraph.request.id": token.requestId };
  await tracedRequest(came, id, () => answerGraphql(parts, token, graphql, response));
}

async function answerGraphql(
  { service, apollo }: Parts,
  { caller, requestId, deadlineAt }: CheckedToken,
  body: object,
  response: ServerResponse,
): Promise<void> {
  const began = performance.now();
  const seen = new SeenDevices();
  const deadline = deadlineAt === undefined ? {} : { deadlineAt };
  const http = {
    method: "POST",
    headers: new HeaderMap([["content-type", "application/json"]]),
    search: "",
    body,
  };
  const outcome = outcomeOf({ http });
  const isGone = () => response.destroyed;
  const context = service.createContext(caller, { requestId, seen, isGone, ...deadline });
  outcome.context = context;
  const answered = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: http,
    context: async () => context,
  });
  if (answered.body.kind !== "complete") throw new Error("subgraphs answer in one piece");
  const status = answered.status ?? 200;
  response.writeHead(status, { "content-type": "application/json" });
  response.end(withSeen(answered.body.string, seen));
  const { operation, codes } = outcome;
  recordRequest({ subgraph: service.name, id: requestId, status, began, operation, codes });
}

/** The answer with the devices that were seen, for the gateway's access log. */
function withSeen(result: string, seen: SeenDevices): string {
  const isObject = result.trimEnd().endsWith("}");
  if (seen.count === 0 || !isObject) return result;
  const extensions = JSON.stringify({ seen: seen.devices() });
  return `${result.trimEnd().slice(0, -1)},"extensions":${extensions}}`;
}

/** The token of a request to the one route, or null. */
function checkedToken(request: IncomingMessage, check: ServiceTokenCheck): CheckedToken | null {
  const [scheme, token, ...more] = (request.headers.authorization ?? "").split(" ");
  const paths = [SUBGRAPH_PATH, CHANGES_PATH, EVENTS_PATH, EXPORTS_PATH, LOG_PATH, ERASURES_PATH];
  if (request.method !== "POST" || !paths.includes(request.url ?? "")) return null;
  if (scheme !== "Bearer" || !token || more.length > 0) return null;
  return check(token);
}

function parseBody(body: Buffer): object | null {
  try {
    const parsed: unknown = JSON.parse(body.toString("utf8"));
    return typeof parsed === "object" && !Array.isArray(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
