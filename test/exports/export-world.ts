import { type IncomingMessage, request } from "node:http";
import type { DevelopmentToken } from "../../gateway/identity/development-issuer.ts";
import { CORRECT, DEFINE, RECORD, type Variables } from "../manufacturing/factory.ts";
import { type TestGateway, type TestGatewayOptions, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

/** An export as it came: with its end, or without. */
export interface Taken {
  status: number;
  headers: IncomingMessage["headers"];
  trailers: IncomingMessage["trailers"];
  body: Buffer;
  /** Whether the last chunk came. */
  isWhole: boolean;
  /** The refusal's code, where it is one. */
  code: string | null;
}

export interface Asking {
  roles?: DevelopmentToken["roles"];
  subject?: string;
  client?: string;
  headers?: Record<string, string>;
  method?: string;
  body?: unknown;
  /** Goes away after so many bytes. */
  leaveAfter?: number;
}

/** Values that files like to lose. */
export const HARD: readonly Variables[] = [
  { serialNumber: "00012", lotCode: "L-1", attributes: { note: "plain", grams: 12 } },
  { serialNumber: "0-7,8", lotCode: 'say "hi"', attributes: { note: 'a "b", c' } },
  { serialNumber: "=1+1", lotCode: "+39", site: "@home", line: "-1", attributes: {} },
  { serialNumber: "Ünï-漢字-🚀", lotCode: "L'1", attributes: { note: "ö" } },
  { serialNumber: "N-NULL", lotCode: null, producedAt: "2024-02-29T23:59:59.999999Z" },
  { serialNumber: "\\N", lotCode: "NULL", producedAt: "1969-12-31T23:59:59.000001Z" },
  { serialNumber: "<a>&'b'", lotCode: "_x0041_", producedAt: "2024-06-01T00:00:00.100000Z" },
  {
    serialNumber: "1e5",
    lotCode: "007",
    operator: "op-1",
    producedAt: "9999-12-31T23:59:59.999999Z",
  },
];

/** A gateway with both subgraphs, and a tenant with what files like to lose. */
export interface ExportWorld {
  gateway: TestGateway;
  pair: RealPair;
  take(path: string, asking?: Asking): Promise<Taken>;
  /** Asks the graph; throws where it refuses. */
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the document asks for
  ask(role: DevelopmentToken["roles"][number], text: string, variables?: Variables): Promise<any>;
  record(...rows: Variables[]): Promise<void>;
  close(): Promise<void>;
}

export async function openWorld(options: TestGatewayOptions = {}): Promise<ExportWorld> {
  const pair = await realPair();
  const services = options.remote ? {} : { services: [pair.manufacturing, pair.ownership] };
  const gateway = await testGateway({ ...services, ...options });
  return worldOf(gateway, pair);
}

export function worldOf(gateway: TestGateway, pair: RealPair): ExportWorld {
  const ask: ExportWorld["ask"] = async (role, text, variables = {}) => {
    const { data, errors } = await gateway.query(text, variables, role);
    if (errors[0]) throw new Error(errors[0].message);
    return data;
  };
  return {
    gateway,
    pair,
    ask,
    take: (path, asking) => take(gateway, path, asking),
    async record(...input) {
      const { recordDevices } = await ask("line", RECORD, { input });
      if (recordDevices.refused > 0) throw new Error(JSON.stringify(recordDevices.verdicts));
    },
    async close() {
      await gateway.close();
      await pair.close();
    },
  };
}

/** Fields, devices with hard values, and a correction, in tenant `demo`. */
export async function fillHard({ ask, record, pair }: ExportWorld): Promise<void> {
  await ask("engineering", DEFINE, { input: { name: "note", type: "TEXT" } });
  await ask("engineering", DEFINE, { input: { name: "grams", type: "INTEGER" } });
  await record(...HARD);
  await ask("engineering", CORRECT, {
    serialNumber: "00012",
    changes: { lotCode: "L-2" },
    reason: "wrong, lot",
    expectedRevision: 1,
  });
  // What the rules refuse today may have been recorded before they did.
  const [serialNumber, lines] = ["N-NULL", ' two\r\n\t"lines"\u0001\n'];
  const update = "UPDATE device SET site = $2, line = '' WHERE serial_number = $1";
  await pair.databases.manufacturing.admin(update, [serialNumber, lines]);
}

/** Takes an export as a program does, with what only HTTP itself tells of its end. */
export async function take(
  gateway: TestGateway,
  path: string,
  { roles = ["analyst"], subject, client, headers = {}, method, body, leaveAfter }: Asking = {},
): Promise<Taken> {
  const token = await gateway.token({
    roles,
    ...(subject !== undefined && { subject }),
    ...(client !== undefined && { client }),
  });
  const sent = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      `${gateway.gateway.url}${path}`,
      {
        method: method ?? (sent === undefined ? "GET" : "POST"),
        agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          ...(sent !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        answer.on("data", (piece: Buffer) => {
          pieces.push(piece);
          bytes += piece.length;
          if (leaveAfter !== undefined && bytes >= leaveAfter) answer.destroy();
        });
        answer.on("error", () => undefined);
        answer.once("close", () => {
          const all = Buffer.concat(pieces);
          const { headers: said, trailers, statusCode: status = 0 } = answer;
          resolve({
            status,
            headers: said,
            trailers,
            body: all,
            isWhole: answer.complete,
            code: codeOf(status, all),
          });
        });
      },
    );
    asked.once("error", reject);
    asked.end(sent);
  });
}

function codeOf(status: number, body: Buffer): string | null {
  if (status < 400 || body.length === 0) return null;
  const { errors } = JSON.parse(body.toString()) as { errors: { extensions: { code: string } }[] };
  return errors[0]?.extensions.code ?? null;
}
