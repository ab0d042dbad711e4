import { Agent, type IncomingMessage } from "node:http";
import { Agent as SecureAgent } from "node:https";
import { text } from "node:stream/consumers";
import type { Role } from "../shared/caller.ts";
import { ERROR_CODES, type ErrorCode } from "../shared/domain-error.ts";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";
import { openAnswer, type Sent } from "./export/http-answer.ts";

const REQUEST_TIMEOUT_MS = 120_000;

/** One error entry of a GraphQL answer. */
export interface GraphError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: Readonly<Record<string, unknown>>;
}

/** An answer that has data; `errors` tells which parts of it are missing, and why. */
export interface PartialAnswer<Data> {
  data: Data;
  errors: readonly GraphError[];
}

/** How long an answer is waited for, beside what the client was made with. */
type Until = Pick<Sent, "signal">;

/** Asks the gateway over HTTP, as the one who holds the token. */
export class GatewayClient {
  readonly #endpoint: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #roles: readonly Role[];
  readonly #answerMs: number;
  readonly #agent: Agent;

  /** `roles` are those that the command needs: a refusal names them. `answerMs` is how long it waits. */
  constructor(
    url: string,
    access: { token: string; tenant: string | null; roles: readonly Role[]; answerMs?: number },
  ) {
    this.#roles = access.roles;
    this.#answerMs = access.answerMs ?? REQUEST_TIMEOUT_MS;
    const KeepingAgent = url.startsWith("https:") ? SecureAgent : Agent;
    this.#agent = new KeepingAgent({ keepAlive: true });
    this.#endpoint = `${url.replace(/\/+$/, "")}/graphql`;
    this.#headers = {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      authorization: `Bearer ${access.token}`,
      "graphql-client-name": "tracegraph-cli",
      ...(access.tenant !== null && { "x-tenant": access.tenant }),
    };
  }

  /** Answers the data; any error entry is a failure. With the `signal` it is not waited for any more. */
  async ask<Data>(query: string, variables: object = {}, until: Until = {}): Promise<Data> {
    const { data, errors } = await this.askPartly<Data>(query, variables, until);
    if (errors[0]) throw errorOf(errors[0], this.#roles);
    return data;
  }

  /** Answers whatever data there is beside the error entries; fails where there is none. */
  async askPartly<Data>(
    query: string,
    variables: object = {},
    until: Until = {},
  ): Promise<PartialAnswer<Data>> {
    const { status, body } = await this.#post(JSON.stringify({ query, variables }), until);
    const errors = errorsOf(body);
    if (body?.data == null) {
      throw errors[0] ? errorOf(errors[0], this.#roles) : errorOfStatus(status, this.#endpoint);
    }
    return { data: body.data as Data, errors };
  }

  /** Asks for what is no answer of the graph, like an export; whatever its status is. */
  async open(path: string, { headers = {}, body }: Partial<Sent>): Promise<IncomingMessage> {
    const url = new URL(path, this.#endpoint).href;
    const all = { ...this.#headers, accept: "*/*", ...headers };
    try {
      return await openAnswer(url, { headers: all, ...(body !== undefined && { body }) });
    } catch (error) {
      throw unreachable(url, error);
    }
  }

  /** Not `fetch`: Node 20's waits for ever where a connection is closed before it was written to. */
  async #post(body: string, until: Until): Promise<{ status: number; body: GraphAnswer | null }> {
    try {
      const sent = { headers: this.#headers, body, agent: this.#agent, silenceMs: this.#answerMs };
      const answer = await openAnswer(this.#endpoint, { ...sent, ...until });
      const read = await text(answer);
      if (!answer.complete) throw new Error("the answer was cut off");
      return { status: answer.statusCode ?? 0, body: parseAnswer(read) };
    } catch (error) {
      throw unreachable(this.#endpoint, error);
    }
  }
}

interface GraphAnswer {
  data?: unknown;
  errors?: unknown;
}

function parseAnswer(text: string): GraphAnswer | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" ? body : null;
  } catch {
    return null;
  }
}

function errorsOf(body: GraphAnswer | null): readonly GraphError[] {
  return Array.isArray(body?.errors) ? (body.errors as GraphError[]) : [];
}

/** An error entry of the gateway as a failure of this program, which needs one of these roles. */
export function errorOf(
  { message, extensions = {} }: GraphError,
  roles: readonly Role[] = [],
): CliError {
  const word = String(extensions.code ?? "");
  const requestId = extensions.requestId;
  const details = typeof requestId === "string" ? { requestId } : {};
  if (word === "FORBIDDEN" && roles.length > 0) {
    const advice = `Ask with the role ${roles.join(" or ")}, or another that may do this.`;
    return new CliError("FORBIDDEN", message, { ...details, advice });
  }
  if (word in ERROR_CODES) return new CliError(word as ErrorCode, message, details);
  // A code of the GraphQL layer: the document and this gateway do not fit together.
  return new CliError("GATEWAY_ANSWER", `the gateway refused: ${message} (${word || "no code"})`, {
    ...details,
    advice: "Use the command line of the gateway's own version.",
  });
}

function errorOfStatus(status: number, endpoint: string): CliError {
  if (status === 401) return new CliError("UNAUTHENTICATED", "the gateway refused the token");
  if (status === 403) return new CliError("FORBIDDEN", "the gateway refused this caller");
  if (status === 429 || status >= 500) {
    return new CliError("GATEWAY_UNREACHABLE", `${endpoint} answered with status ${status}`, {
      advice: "Try again later; the gateway's log tells more.",
    });
  }
  return new CliError("GATEWAY_ANSWER", `${endpoint} answered ${status}, and no GraphQL`);
}

function unreachable(endpoint: string, error: unknown): CliError {
  const { code, message } = error as Partial<NodeJS.ErrnoException>;
  const reason = code ?? message ?? "connection failed";
  return new CliError(
    "GATEWAY_UNREACHABLE",
    `cannot reach the gateway at ${endpoint} (${reason})`,
    {
      exit: EXIT.UNREACHABLE,
    },
  );
}
