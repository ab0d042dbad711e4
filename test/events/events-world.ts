import type { Role } from "../../shared/caller.ts";
import type { Event } from "../../shared/events/event.ts";
import { setLogWriter } from "../../shared/log.ts";
import { CORRECT, RECORD, type Variables } from "../manufacturing/factory.ts";
import { PROVISION } from "../ownership/town.ts";
import { type TestGateway, type TestGatewayOptions, testGateway } from "../support/gateway.ts";
import { type RealPair, realPair } from "../support/real-pair.ts";

/** A page of the feed as HTTP brings it. */
export interface Taken {
  status: number;
  headers: Headers;
  text: string;
  events: Event[];
  position: string;
  hasMore: boolean;
  delayed: string[];
  code: string | null;
}
interface Asker {
  roles?: readonly Role[];
  tenant?: string;
  headers?: Record<string, string>;
}

/** Both services behind a gateway; tenant `demo`. */
export interface EventsWorld extends TestGateway {
  pair: RealPair;
  /** `/changes` with these parameters. */
  changes(parameters?: Record<string, string>, asker?: Asker): Promise<Taken>;
  record(...rows: Variables[]): Promise<void>;
  correct(serialNumber: string, expectedRevision: number, changes: Variables): Promise<void>;
  provision(...rows: Variables[]): Promise<void>;
}

export async function openEventsWorld(
  options: Omit<TestGatewayOptions, "services"> & { pair?: RealPair } = {},
): Promise<EventsWorld> {
  setLogWriter(() => undefined);
  const { pair: given, ...more } = options;
  const pair = given ?? (await realPair());
  const services = { services: [pair.manufacturing, pair.ownership] };
  const gateway = await testGateway({ ...(!more.remote && services), ...more });
  const ask = async (role: Role, text: string, variables: Variables) => {
    const { data, errors } = await gateway.query(text, variables, role);
    if (errors[0] || !data) throw new Error(JSON.stringify(errors));
    return data as Record<string, { refused?: number }>;
  };
  return {
    ...gateway,
    pair,
    async changes(parameters = {}, asked = {}) {
      const { roles = ["analyst"], tenant = "demo", headers = {} }: Asker = asked;
      const token = await gateway.token({ roles: [...roles], tenants: [tenant] });
      const query = new URLSearchParams(parameters);
      const response = await fetch(`${gateway.gateway.url}/changes?${query}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
      return readTaken(response);
    },
    async record(...input) {
      const { recordDevices } = await ask("line", RECORD, { input });
      if (recordDevices?.refused) throw new Error(JSON.stringify(recordDevices));
    },
    async correct(serialNumber, expectedRevision, changes) {
      const variables = { serialNumber, expectedRevision, changes, reason: "found wrong" };
      await ask("engineering", CORRECT, variables);
    },
    async provision(...input) {
      await ask("line", PROVISION, { input });
    },
    async close() {
      await gateway.close();
      if (!given) await pair.close();
    },
  };
}

export async function readTaken(response: Response): Promise<Taken> {
  const { status, headers } = response;
  const text = await response.text();
  const isNdjson = headers.get("content-type") === "application/x-ndjson";
  const lines = isNdjson
    ? text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
  const body = isNdjson ? { ...lines.pop(), events: lines } : JSON.parse(text);
  const { events = [], position = "", hasMore = false, delayed = [], errors = [] } = body;
  const code = errors[0]?.extensions.code ?? null;
  return { ...{ status, headers, text }, events, position, hasMore, delayed, code };
}
