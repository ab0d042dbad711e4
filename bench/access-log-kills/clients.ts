import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Asked } from "./judge.ts";

const RECORD = `mutation Record($input: [DeviceRecordInput!]!) {
  recordDevices(input: $input) { recorded }
}`;
const READ = `query Read($serialNumber: String!) {
  device(serialNumber: $serialNumber) { serialNumber lotCode }
}`;

/** Before a client that was refused asks again. */
const PAUSE_MS = 20;

/** Clients that record devices and read them, one request after the other on a kept connection. */
export class Clients {
  readonly asked: Asked[] = [];
  private isStopped = false;
  private readonly served = new Set<number>();
  private readonly ends: Promise<void>[];

  /** One client for each token. */
  constructor(
    private readonly url: string,
    private readonly tokens: readonly string[],
  ) {
    this.ends = tokens.map((token, client) => this.run(client, token));
  }

  /** Resolves once each client has got what it asked for, counted from now. */
  async allServed(mostMs: number): Promise<void> {
    this.served.clear();
    for (let waitedMs = 0; this.served.size < this.tokens.length; waitedMs += 5) {
      if (waitedMs > mostMs) throw new Error("the clients got no answers");
      await sleep(5);
    }
  }

  /** Asks nothing more; resolves when all that is under way has been answered or cut off. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all(this.ends);
  }

  private async run(client: number, token: string): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    let serialNumber = "";
    for (let turn = 0; !this.isStopped; turn++) {
      const isChange = turn % 2 === 0;
      if (isChange) serialNumber = randomUUID();
      const input = [{ serialNumber, lotCode: "L-1" }];
      const body = isChange
        ? { query: RECORD, variables: { input } }
        : { query: READ, variables: { serialNumber } };
      const asked = await ask(`${this.url}/graphql`, { agent, token, serialNumber, body });
      if (asked) this.asked.push(asked);
      if (asked?.isRight) this.served.add(client);
      else await sleep(PAUSE_MS);
    }
    agent.destroy();
  }
}

interface Question {
  agent: Agent;
  token: string;
  serialNumber: string;
  body: unknown;
}

/** An answer counts where it has come to its end, to the last byte; null: nobody listened. */
function ask(url: string, { agent, token, serialNumber, body }: Question): Promise<Asked | null> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return new Promise((resolve) => {
    // The client's own name for the request, by which also those are known that nobody answered.
    const own = randomUUID();
    const end = (asked: Pick<Asked, "requestId" | "status" | "isRight">) =>
      resolve({ ...asked, serialNumber });
    const cutOff = () => end({ requestId: own, status: null, isRight: false });
    const sent = request(url, {
      agent,
      method: "POST",
      headers: { ...headers, "x-request-id": own },
    });
    sent.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") resolve(null);
      else cutOff();
    });
    sent.once("response", async (answer) => {
      try {
        const whole = await text(answer);
        const { statusCode: status = 0, headers: came } = answer;
        const isRight = status === 200 && hasDevice(JSON.parse(whole));
        end({ requestId: String(came["x-request-id"]), status, isRight });
      } catch {
        cutOff();
      }
    });
    sent.end(JSON.stringify(body));
  });
}

/** A device whose recording was cut off need not be there. */
function hasDevice({ data }: { data?: Answered | null }): boolean {
  return data?.recordDevices?.recorded === 1 || Boolean(data?.device);
}
interface Answered {
  recordDevices?: { recorded: number } | null;
  device?: { serialNumber: string } | null;
}
