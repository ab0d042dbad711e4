import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { decodeJwt } from "jose";
import { type Caller, serviceCaller } from "../../shared/caller.ts";
import { remoteExecutor, remotePeer } from "../../shared/graph/remote-executor.ts";
import {
  createServiceKeys,
  readServiceKeys,
  type ServiceKeys,
} from "../../shared/graph/service-keys.ts";
import { serviceSigner } from "../../shared/graph/service-token.ts";
import type { SubgraphServer } from "../../shared/graph/subgraph-server.ts";
import { setLogWriter } from "../../shared/log.ts";
import { type ServedTiny, servedTiny } from "./served-tiny.ts";
import type { TinySubgraph } from "./tiny-subgraphs.ts";

const ANNA: Caller = { subject: "anna", tenant: "demo", roles: ["support"], client: "desk" };

let folder: string;
let served: ServedTiny;
let gatewayKeys: ServiceKeys;
let ownershipKeys: ServiceKeys;
let service: TinySubgraph;
let server: SubgraphServer;
setLogWriter(() => undefined);

beforeAll(async () => {
  served = await servedTiny();
  ({ service, server, folder, gatewayKeys, ownershipKeys } = served);
});
afterAll(() => served.close());
beforeEach(() => {
  service.fault = () => undefined;
});

const asGateway = () =>
  serviceSigner("gateway", gatewayKeys.privateKey)("manufacturing", "{}", {
    caller: ANNA,
    requestId: "r-1",
  });

describe("the signer", () => {
  test("never vouches for a service in the gateway's name, nor for a person in a peer's", () => {
    const vouched = { caller: serviceCaller("ownership", "demo"), requestId: "r" };
    const gateway = serviceSigner("gateway", gatewayKeys.privateKey);
    expect(() => gateway("manufacturing", "{}", vouched)).toThrow("may not vouch");
    const peer = serviceSigner("ownership", ownershipKeys.privateKey);
    expect(() => peer("manufacturing", "{}", { caller: ANNA, requestId: "r" })).toThrow(
      "may not vouch",
    );
  });

  test("gives each request a token of its own that ends within 30 s", async () => {
    const [one, two] = [decodeJwt(await asGateway()), decodeJwt(await asGateway())];
    expect(one.jti).not.toBe(two.jti);
    expect((one.exp ?? 0) - (one.iat ?? 0)).toBe(30);
  });
});

describe("service keys", () => {
  test("are made once, and only their owner may read the private ones", async () => {
    const before = await readFile(join(folder, "gateway.key"), "utf8");
    expect(await createServiceKeys(folder)).toEqual([]);
    expect(await readFile(join(folder, "gateway.key"), "utf8")).toBe(before);
    expect((await stat(join(folder, "gateway.key"))).mode & 0o777).toBe(0o600);
    expect(before).toContain("BEGIN PRIVATE KEY");
    expect(await readFile(join(folder, "ownership.pub"), "utf8")).toContain("BEGIN PUBLIC KEY");
  });

  test("that are missing are named", async () => {
    await expect(readServiceKeys(join(folder, "nowhere"), "gateway")).rejects.toThrow(
      "gateway.key",
    );
  });
});

describe("who asks over HTTP", () => {
  const sign = () => serviceSigner("gateway", gatewayKeys.privateKey);
  const text = `query($id: ID!) { device(connhexId: $id) { subject } }`;
  const operation = {
    text,
    variables: { id: "connhex-1" },
    vouched: { caller: ANNA, requestId: "r" },
  };

  test("gets the subgraph's result", async () => {
    const execute = remoteExecutor({ subgraph: "manufacturing", url: server.url, sign: sign() });
    const result = await execute({ ...operation, deadlineMs: 2_000 });
    expect(result).toEqual({ data: { device: { subject: "anna" } } });
    await execute.close();
  });

  test("does not wait beyond the deadline", async () => {
    service.fault = () => new Promise(() => undefined);
    const execute = remoteExecutor({ subgraph: "manufacturing", url: server.url, sign: sign() });
    const began = performance.now();
    await expect(execute({ ...operation, deadlineMs: 200 })).rejects.toThrow();
    expect(performance.now() - began).toBeLessThan(1_500);
    await execute.close();
  });

  test.each([
    ["rubbish", 200, "<html>"],
    ["a page of an error", 502, "<html>"],
    ["a list", 200, "[]"],
    ["an empty object", 200, "{}"],
    ["null", 200, "null"],
    ["a redirect", 302, "{}"],
  ])("is told of an outage where something in between answers %s", async (_, status, body) => {
    const other = createServer((_request, response) =>
      response.writeHead(status, { location: "/" }).end(body),
    );
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}/graphql`;
    const execute = remoteExecutor({ subgraph: "manufacturing", url, sign: sign() });
    await expect(execute({ ...operation, deadlineMs: 2_000 })).rejects.toThrow();
    await execute.close();
    await new Promise((resolve) => other.close(resolve));
  });

  test("as a peer, is told errors and no exception", async () => {
    const signPeer = serviceSigner("ownership", ownershipKeys.privateKey);
    const peer = remotePeer({ subgraph: "manufacturing", url: server.url, sign: signPeer });
    const caller = serviceCaller("ownership", "demo");
    expect(await peer(caller, text, { id: "connhex-1" })).toEqual({
      data: { device: { subject: "service:ownership" } },
    });
    await peer.close();
    const gone = remotePeer({
      subgraph: "manufacturing",
      url: "http://127.0.0.1:1/graphql",
      sign: signPeer,
    });
    expect((await gone(caller, text, {})).errors).toHaveLength(1);
    await gone.close();
  });
});
