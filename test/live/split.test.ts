import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { graphql } from "graphql";
import { serviceCaller } from "../../shared/caller.ts";
import { CHANGES_PATH } from "../../shared/graph/changes-server.ts";
import { readServiceKeys } from "../../shared/graph/service-keys.ts";
import { serviceSigner } from "../../shared/graph/service-token.ts";
import { RECORD } from "../manufacturing/factory.ts";
import { type TestGateway, testGateway } from "../support/gateway.ts";
import { type ServedPair, servedPair } from "../support/served-pair.ts";
import { CHANGED, type Subscriber, subscribeAs } from "./subscriber.ts";

/** Streams end here as they do with their token, but sooner. */
const CHANGES_MS = 1_500;

let served: ServedPair;
let gateways: TestGateway[];
const open: Subscriber[] = [];
beforeAll(async () => {
  served = await servedPair({ changesMs: CHANGES_MS });
  const { remote } = served;
  gateways = [await testGateway({ remote }), await testGateway({ remote })];
});
afterAll(async () => {
  for (const subscriber of open) subscriber.leave();
  for (const gateway of gateways) await gateway.close();
  await served.close();
});

async function followEverywhere(lot: string): Promise<Subscriber[]> {
  const variables = { field: "lotCode", value: lot };
  const subscribers = gateways.map((gateway) =>
    subscribeAs(gateway, {}, { query: CHANGED, variables }),
  );
  open.push(...(await Promise.all(subscribers)));
  return open.slice(-gateways.length);
}

async function record(...input: Record<string, unknown>[]) {
  expect((await gateways[0]?.query(RECORD, { input }, "line"))?.errors).toEqual([]);
}

const told = ({ events }: Subscriber) =>
  events.map(({ data }) => data.data.deviceChanged.serialNumber);

test("gateways before a subgraph of its own tell what changes there", async () => {
  const subscribers = await followEverywhere("S-1");
  await record(
    { serialNumber: "S-1-a", lotCode: "S-1" },
    { serialNumber: "S-1-b", lotCode: "S-1" },
  );
  for (const subscriber of subscribers) {
    await subscriber.until(2);
    expect(told(subscriber)).toEqual(["S-1-a", "S-1-b"]);
  }
});

test("a subgraph that stops and comes back is followed on, and nothing is missed", async () => {
  const subscribers = await followEverywhere("S-2");
  await served.stop("manufacturing");
  // Another process of the subgraph goes on writing.
  const caller = { subject: "line-1", tenant: "demo", roles: ["line" as const], client: null };
  const { manufacturing } = served.pair;
  const context = manufacturing.createContext(caller, { requestId: "r-1" });
  const variableValues = { input: [{ serialNumber: "S-2-a", lotCode: "S-2" }] };
  const { schema } = manufacturing;
  const { errors } = await graphql({
    schema,
    source: RECORD,
    variableValues,
    contextValue: context,
  });
  expect(errors).toBeUndefined();
  await served.resume("manufacturing");
  for (const subscriber of subscribers) {
    await subscriber.until(1);
    expect(told(subscriber)).toEqual(["S-2-a"]);
  }
}, 30_000);

test("a stream that ends with its token is opened again, and nothing is missed", async () => {
  const [subscriber] = await followEverywhere("S-3");
  // Several streams long.
  for (let n = 0; n < 34; n++) {
    await record({ serialNumber: `S-3-${n}`, lotCode: "S-3" });
    await new Promise((resolve) => setTimeout(resolve, CHANGES_MS / 10));
  }
  await subscriber?.until(34);
  expect(subscriber && told(subscriber)).toEqual(Array.from({ length: 34 }, (_, n) => `S-3-${n}`));
}, 60_000);

describe("the changes of a subgraph are for the gateway alone:", () => {
  const body = JSON.stringify({ changes: true });
  const post = async (token: string | null, text = body) => {
    const answer = await fetch(new URL(CHANGES_PATH, served.remote.manufacturingUrl), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token !== null && { authorization: `Bearer ${token}` }),
      },
      body: text,
    });
    await answer.body?.cancel();
    return answer.status;
  };
  const nobody = { subject: "gateway", tenant: "demo", roles: [], client: null };
  const sign = (signed = body, caller: typeof nobody | ReturnType<typeof serviceCaller> = nobody) =>
    served.sign("manufacturing", signed, { caller, requestId: "r" });

  test("with its token they are streamed", async () => {
    expect(await post(await sign())).toBe(200);
  });

  test("not without a token, not for another body, not twice, not for a caller of the gateway", async () => {
    expect(await post(null)).toBe(401);
    expect(await post(await sign("{}"))).toBe(401);
    const token = await sign();
    expect([await post(token), await post(token)]).toEqual([200, 401]);
    const support = { ...nobody, roles: ["support" as const] };
    expect(await post(await sign(body, support as never))).toBe(401);
  });

  test("not for the other subgraph", async () => {
    const { privateKey } = await readServiceKeys(served.remote.keysFolder, "ownership");
    const caller = serviceCaller("ownership", "demo");
    const token = await serviceSigner("ownership", privateKey)("manufacturing", body, {
      ...{ caller, requestId: "r" },
    });
    expect(await post(token)).toBe(401);
  });

  test("not from a position that is none", async () => {
    for (const after of ["'; --", "1:2", 5, "1:2:".padEnd(30_000, "9")]) {
      const text = JSON.stringify({ changes: true, after });
      expect([after, await post(await sign(text), text)]).toEqual([after, 401]);
    }
  });
});
