import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionResult } from "graphql";
import type { RemoteConfig } from "../../gateway/config.ts";
import type { SpoolOptions } from "../../gateway/exports/spool.ts";
import {
  type DevelopmentIssuer,
  type DevelopmentToken,
  openDevelopmentIssuer,
} from "../../gateway/identity/development-issuer.ts";
import { type Gateway, type GatewayOptions, startGateway } from "../../gateway/server.ts";
import type { WebhookConfig } from "../../gateway/webhooks/open-webhooks.ts";
import { type FreshDatabase, freshDatabase } from "./postgres.ts";

/** A client's view of an answer. */
export interface Answer {
  status: number;
  headers: Headers;
  data: ExecutionResult["data"];
  errors: readonly AnswerError[];
  text: string;
}
export interface AnswerError {
  message: string;
  path?: (string | number)[];
  extensions: Record<string, unknown>;
}

export interface TestGateway {
  gateway: Gateway;
  /** The gateway's own database. */
  database: FreshDatabase;
  issuer: DevelopmentIssuer;
  /** Holds the issuer's key. */
  dataFolder: string;
  /** Each fetch from a subgraph since `fetches` was emptied last. */
  fetches: { subgraph: string; text: string }[];
  token(token?: Partial<DevelopmentToken>): Promise<string>;
  /** Asks over HTTP with a token of this role. */
  query(text: string, variables?: Record<string, unknown>, role?: TestRole): Promise<Answer>;
  send(body: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
}
type TestRole = DevelopmentToken["roles"][number];

export interface TestGatewayOptions extends Omit<GatewayOptions, "observeFetch"> {
  remote?: RemoteConfig;
  /** As with a development issuer. */
  servesGraphiql?: boolean;
  /** Where it writes exports; without it in a folder that goes with the gateway. */
  exports?: SpoolOptions;
  /** What it keeps webhooks with; without it there are none. */
  webhooks?: WebhookConfig;
  /** Whose it is drops it; without it the gateway has one of its own. */
  database?: FreshDatabase;
}

/** Tests ask more often than people do; those of the rate limits give budgets of their own. */
export const AMPLE = { staff: 6_000_000, partner: 6_000_000, other: 6_000_000 };

/** A gateway on a free port with a development issuer of its own; tenant `demo`. */
export async function testGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const dataFolder = await mkdtemp(join(tmpdir(), "tracegraph-gateway-"));
  const {
    remote = null,
    servesGraphiql = true,
    database: given,
    exports: spool,
    webhooks = null,
    ...rest
  } = options;
  const database = given ?? (await freshDatabase("gateway"));
  const issuer = await openDevelopmentIssuer(dataFolder);
  const fetches: TestGateway["fetches"] = [];
  const gateway = await startGateway(
    {
      host: "127.0.0.1",
      port: 0,
      servesGraphiql,
      issuer: { kind: "development", dataFolder },
      remote,
      databaseUrl: database.appUrl,
      webhooks,
      exports: spool ?? { folder: join(dataFolder, "exports") },
    },
    {
      budgets: AMPLE,
      ...rest,
      observeFetch: (subgraph, text) => void fetches.push({ subgraph, text }),
    },
  );
  const token = (said: Partial<DevelopmentToken> = {}) =>
    issuer.sign({ roles: ["support"], tenants: ["demo"], ...said });
  const send: TestGateway["send"] = async (body, headers = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    return readAnswer(response);
  };
  return {
    gateway,
    database,
    issuer,
    dataFolder,
    fetches,
    token,
    send,
    async query(query, variables = {}, role = "support") {
      const authorization = `Bearer ${await token({ roles: [role] })}`;
      return send({ query, variables }, { authorization });
    },
    async close() {
      await gateway.close();
      if (!given) await database.drop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

export async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const { data, errors = [] } = (text.startsWith("{") ? JSON.parse(text) : {}) as {
    data?: Answer["data"];
    errors?: AnswerError[];
  };
  return { status: response.status, headers: response.headers, data, errors, text };
}
