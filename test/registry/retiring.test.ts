import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { PUBLISH, RETIRE, type RegistryGateway, registryGateway } from "./registry-gateway.ts";

const LOT = "query Lot($n: String!) { device(serialNumber: $n) { serialNumber lotCode } }";
const PHASE = "query Phase($n: String!) { device(serialNumber: $n) { phase } }";

let registry: RegistryGateway;
beforeAll(async () => {
  registry = await registryGateway();
}, 60_000);
afterEach(() => registry?.closeElsewhere());
afterAll(() => registry?.close());

describe("retiring", () => {
  test("a version ends what no other version holds", async () => {
    const client = await registry.newApp();
    await registry.publish(client, [
      { id: "lot", text: LOT },
      { id: "phase", text: PHASE },
    ]);
    await registry.publish(client, [{ id: "lot", text: LOT }], { version: "2" });
    const { retireDocuments } = await registry.data(RETIRE, { client, version: "1" });
    expect(retireDocuments).toEqual({ retired: 1 });
    const other = await registry.elsewhere();
    expect((await other.document("demo", client, "lot"))?.isRetired).toBe(false);
    expect((await other.document("demo", client, "phase"))?.isRetired).toBe(true);
    const { nodes } = await registry.documentsOf(client);
    expect(nodes).toMatchObject([{ isLive: true }, { isLive: false, retiredAt: null }]);
    const again = { client, version: "1", documents: [{ id: "lot", text: LOT }] };
    expect(await registry.refusal(PUBLISH, again)).toBe("BAD_USER_INPUT");
  });

  test("a document ends it in every version; publishing it anew makes it live again", async () => {
    const client = await registry.newApp();
    const documents = [{ id: "lot", text: LOT }];
    await registry.publish(client, documents);
    await registry.publish(client, documents, { version: "2" });
    const { retireDocuments } = await registry.data(RETIRE, { client, ids: ["lot"] });
    expect(retireDocuments).toEqual({ retired: 1 });
    const ended = await (await registry.elsewhere()).document("demo", client, "lot");
    expect(ended?.isRetired).toBe(true);
    expect(await registry.publish(client, documents)).toMatchObject({ published: 1, unchanged: 0 });
    const live = await (await registry.elsewhere()).document("demo", client, "lot");
    expect(live?.isRetired).toBe(false);
  });

  test.each<[what: string, asked: object, code: string]>([
    ["neither version nor ids", {}, "BAD_USER_INPUT"],
    ["both", { version: "1", ids: ["lot"] }, "BAD_USER_INPUT"],
    ["no id", { ids: [] }, "BAD_USER_INPUT"],
    ["an unknown version", { version: "9" }, "NOT_FOUND"],
    ["an unknown document", { ids: ["lot", "other"] }, "NOT_FOUND"],
    ["what no id can be", { ids: ["a\u0000"] }, "NOT_FOUND"],
    ["an unknown client", { client: "nobody", version: "1" }, "NOT_FOUND"],
  ])("refuses %s", async (_, asked, code) => {
    const client = await registry.newApp();
    await registry.publish(client, [{ id: "lot", text: LOT }]);
    expect(await registry.refusal(RETIRE, { client, ...asked })).toBe(code);
    expect((await registry.documentsOf(client)).nodes).toMatchObject([{ isLive: true }]);
  });

  test("is refused where all of it is retired already", async () => {
    const client = await registry.newApp();
    await registry.publish(client, [{ id: "lot", text: LOT }]);
    await registry.data(RETIRE, { client, ids: ["lot"] });
    expect(await registry.refusal(RETIRE, { client, ids: ["lot"] })).toBe("NOTHING_TO_CHANGE");
    await registry.data(RETIRE, { client, version: "1" });
    expect(await registry.refusal(RETIRE, { client, version: "1" })).toBe("NOTHING_TO_CHANGE");
  });
});
