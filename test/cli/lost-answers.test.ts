import { createServer, request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CommandLine, startCommandLine } from "./command-line.ts";

let cli: CommandLine;
beforeAll(async () => {
  cli = await startCommandLine();
});
afterAll(() => cli.close());

describe("an answer that is lost", () => {
  test("is asked for again under the same key: nothing is recorded twice", async () => {
    const proxy = await losingProxy(cli.gateway.gateway.url, 2);
    const rows = Array.from({ length: 25 }, (_, index) => `LOST-${index},L-LOST`);
    const path = await cli.file("lost.csv", `serial_number,lot_code\n${rows.join("\n")}\n`);
    const words = ["import", path, "--json", "--batch-size", "10"];
    const ran = await cli.run("line", words, { url: proxy.url });
    await proxy.close();
    expect(proxy.lost()).toBe(2);
    expect(ran).toMatchObject({
      exit: 0,
      stderr: expect.stringContaining("trying again in 0.5 s"),
    });
    expect(JSON.parse(ran.stdout)).toMatchObject({ rows: 25, recorded: 25, unchanged: 0 });
  });

  test("loses no secret: the command line made them, and the gateway says that they are in force", async () => {
    await cli.run("line", ["import", await cli.file("sl.csv", "serial_number\nSL-1\nSL-2\n")]);
    const proxy = await losingProxy(cli.gateway.gateway.url, 1);
    const key = "a-key-that-came-with-the-file-000000";
    const rows = `serial_number,init_key,protected\nSL-1,,true\nSL-2,${key},\n`;
    const path = await cli.file("sl-keys.csv", rows);
    const ran = await cli.run("line", ["provision", path, "--json"], { url: proxy.url });
    await proxy.close();
    expect(proxy.lost()).toBe(1);
    const summary = JSON.parse(ran.stdout);
    expect(summary).toMatchObject({ provisioning: { provisioned: 2 }, secretsLost: 0 });
    expect(summary.secrets).toEqual([
      {
        serialNumber: "SL-1",
        connhexId: expect.any(String),
        initKey: expect.stringMatching(/^[\w-]{36}$/),
        claimCode: expect.stringMatching(/^[\w-]{14}$/),
      },
    ]);
  });
});

/** Passes requests on to the gateway and drops the answers to the first batches. */
async function losingProxy(target: string, losses: number) {
  let lost = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const body = Buffer.concat(chunks);
      const loses = /recordDevices|provisionDevices/.test(body.toString()) && lost < losses;
      if (loses) lost += 1;
      const { method, headers } = incoming;
      const onward = request(`${target}${incoming.url}`, { method, headers }, (answer) => {
        answer.on("end", () => loses && incoming.socket.destroy());
        if (loses) answer.resume();
        else {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
          answer.pipe(outgoing);
        }
      });
      onward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    lost: () => lost,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
