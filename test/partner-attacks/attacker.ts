import { Agent, request } from "node:http";
import type { Attempt } from "./attempt.ts";
import type { Headers } from "./targets.ts";

export interface Outcome {
  /** HTTP status and code of the error; status 0 where no answer came. */
  refused: string;
  text: string;
  cpuMs: number;
}

/** Sends attempts one by one on kept connections, and says what CPU each cost this process. */
export class Attacker {
  private readonly agents = new Map<string, Agent>();

  constructor(private readonly url: string) {}

  /** `from`: an address of this machine, because the gateway counts failures by address. */
  async send(attempt: Attempt, headers: Headers, from: string): Promise<Outcome> {
    const before = process.cpuUsage();
    const { status, text } = await this.exchange(attempt, headers, from);
    const { user, system } = process.cpuUsage(before);
    const code = /"code":"(\w+)"/.exec(text)?.[1] ?? "none";
    return { refused: `${status} ${code}`, text, cpuMs: (user + system) / 1_000 };
  }

  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
  }

  private exchange(
    { method, path, headers, body }: Attempt,
    more: Headers,
    localAddress: string,
  ): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(this.url);
    const length = body === null ? {} : { "content-length": String(body.length) };
    return new Promise((resolve) => {
      const asked = request(
        {
          ...{ hostname, port, method, path, localAddress },
          agent: this.agentOf(localAddress),
          headers: { ...length, ...headers, ...more },
        },
        (answer) => {
          let text = "";
          answer.setEncoding("utf8");
          answer.on("data", (chunk: string) => {
            text += chunk;
          });
          answer.on("close", () => resolve({ status: answer.statusCode ?? 0, text }));
        },
      );
      asked.on("error", ({ message }) => resolve({ status: 0, text: message }));
      // Where more was announced than is sent, the gateway answers and closes.
      if (body) asked.write(body);
      if (Number(headers["content-length"] ?? 0) === 0) asked.end();
    });
  }

  private agentOf(address: string): Agent {
    let agent = this.agents.get(address);
    if (!agent) {
      agent = new Agent({ keepAlive: true, maxSockets: 1 });
      this.agents.set(address, agent);
    }
    return agent;
  }
}
