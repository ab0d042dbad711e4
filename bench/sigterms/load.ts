import { Agent, type ClientRequest, request } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";

/** What became of one request. */
export type Fate =
  /** Answered with what was asked for. */
  | "ANSWERED"
  /** Its connection was refused, or it was answered with 503. */
  | "REFUSED"
  /** Its connection, begun after the signal, still waited to be accepted when that ended. */
  | "NOT_ACCEPTED"
  /** The gateway had it, and did not answer it. */
  | "LOST";

export interface Sent {
  fate: Fate;
  /** Whether it was sent, or still under way, when the signal came or after. */
  isAfterSignal: boolean;
  detail: string;
}

export interface LoadOptions {
  url: string;
  token: string;
  connections: number;
  /** The body of a client's next request, and whether an answer's data are right. */
  ask: (client: number) => { body: string; isRight: (answer: unknown) => boolean };
}

/** Clients that ask one question after the other, each on a connection that it keeps. */
export class Load {
  readonly sent: Sent[] = [];
  private signalAt = Number.POSITIVE_INFINITY;
  private readonly connectedAt = new WeakMap<Socket, number>();
  private readonly clients: Promise<void>[];
  private readonly answeredOnce = new Set<number>();

  constructor(private readonly options: LoadOptions) {
    this.clients = Array.from({ length: options.connections }, (_, client) => this.run(client));
  }

  /** Whether each client's connection has carried an answer. */
  get isWarm(): boolean {
    return this.answeredOnce.size === this.options.connections;
  }

  /** Is told that the gateway gets the signal now. */
  noteSignal(): void {
    this.signalAt = performance.now();
  }

  /** Resolves when every client was refused. */
  async ended(): Promise<void> {
    await Promise.all(this.clients);
  }

  private async run(client: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let fate: Fate = "ANSWERED"; fate === "ANSWERED"; ) {
      const sent = await this.send(client, agent);
      fate = sent.fate;
      this.sent.push(sent);
      if (fate === "ANSWERED") this.answeredOnce.add(client);
    }
    agent.destroy();
  }

  private send(client: number, agent: Agent): Promise<Sent> {
    const { url, token, ask } = this.options;
    const { body, isRight } = ask(client);
    return new Promise((resolve) => {
      const end = (fate: Fate, detail: string) =>
        resolve({ fate, detail, isAfterSignal: performance.now() >= this.signalAt });
      const asked = request(`${url}/graphql`, {
        agent,
        method: "POST",
        headers: {
          authorization: `Bearer ${token}`,
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
        },
      });
      let began = "no answer began";
      asked.once("socket", (socket) => this.follow(socket));
      asked.once("response", async (answer) => {
        began = `status ${answer.statusCode}`;
        try {
          const answered = await text(answer);
          if (answer.statusCode === 503) return end("REFUSED", answered);
          const isGood = answer.statusCode === 200 && isRight(JSON.parse(answered));
          end(isGood ? "ANSWERED" : "LOST", `${began}: ${answered}`);
        } catch (error) {
          end("LOST", `${began}, and broke off: ${String(error)}`);
        }
      });
      asked.once("error", (error) => end(this.fateOf(asked, error), `${began}: ${String(error)}`));
      asked.end(body);
    });
  }

  private follow(socket: Socket): void {
    if (!socket.connecting || this.connectedAt.has(socket)) return;
    socket.once("connect", () => this.connectedAt.set(socket, performance.now()));
  }

  /** The gateway had accepted every connection that there was before the signal. */
  private fateOf({ socket }: ClientRequest, error: Error): Fate {
    if ("code" in error && error.code === "ECONNREFUSED") return "REFUSED";
    const connectedAt = socket ? this.connectedAt.get(socket) : undefined;
    const isNew = connectedAt === undefined || connectedAt > this.signalAt;
    return isNew && performance.now() >= this.signalAt ? "NOT_ACCEPTED" : "LOST";
  }
}
