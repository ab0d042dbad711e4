import { Agent, request } from "node:http";

/** What became of many queries of which no two have the same text. */
export interface Sent {
  answered: number;
  /** Refused with 429 or 503, and asked again when they were told to. */
  repeated: number;
  failed: number;
}

interface Sending {
  url: string;
  tokens: readonly string[];
  count: number;
  concurrency: number;
  observe: (sent: Sent) => void;
}

/** Sends so many distinct queries on as many kept connections as run at once. */
export async function sendDistinctQueries(sending: Sending): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: sending.concurrency });
  const sent: Sent = { answered: 0, repeated: 0, failed: 0 };
  let next = 0;
  const worker = async () => {
    while (next < sending.count) {
      const number = next++;
      const token = sending.tokens[number % sending.tokens.length] ?? "";
      await sendOne(sending.url, { agent, token, body: bodyOf(number) }, sent);
      if ((sent.answered + sent.failed) % 1_000 === 0) sending.observe(sent);
    }
  };
  await Promise.all(Array.from({ length: sending.concurrency }, worker));
  agent.destroy();
  return sent;
}

/** Another name, another alias and another literal each time: nothing of it is known already. */
function bodyOf(n: number): string {
  const query = `query Q${n} { a${n}: device(connhexId: "x-${n}") {
    serialNumber lot { value deviceCount } owner { displayName } identity { state }
  } }`;
  return JSON.stringify({ query });
}

interface Asked {
  agent: Agent;
  token: string;
  body: string;
}

async function sendOne(url: string, asked: Asked, sent: Sent): Promise<void> {
  for (;;) {
    const { status, text, retryAfter } = await post(url, asked);
    if (status !== 429 && status !== 503) {
      if (status === 200 && !text.includes(`"errors"`)) sent.answered++;
      else sent.failed++;
      return;
    }
    sent.repeated++;
    await new Promise((resolve) => setTimeout(resolve, retryAfter * 1_000));
  }
}

function post(
  url: string,
  { agent, token, body }: Asked,
): Promise<{ status: number; text: string; retryAfter: number }> {
  return new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const asked = request(`${url}/graphql`, { method: "POST", agent, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => {
        text += chunk;
      });
      answer.on("end", () => {
        const retryAfter = Number(answer.headers["retry-after"] ?? 1);
        resolve({ status: answer.statusCode ?? 0, text, retryAfter });
      });
    });
    asked.on("error", () => resolve({ status: 0, text: "", retryAfter: 1 }));
    asked.end(body);
  });
}
