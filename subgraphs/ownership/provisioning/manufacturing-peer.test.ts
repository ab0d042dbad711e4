import { expect, test } from "@jest/globals";
import type { PeerExecutor } from "../../../shared/graph/subgraph-service.ts";
import { manufacturingPeer } from "./manufacturing-peer.ts";

test.each<[what: string, execute: PeerExecutor]>([
  ["that fails", () => Promise.reject(new Error("ECONNREFUSED 10.0.0.7:4001"))],
  [
    "that fails at once",
    () => {
      throw new Error("not started");
    },
  ],
  [
    "that answers with an error",
    async () => ({ data: { provisioningGate: [] }, errors: [{} as never] }),
  ],
  ["that answers nothing", async () => ({})],
  ["that answers null", async () => ({ data: { provisioningGate: null } })],
  ["that answers rubbish", async () => ({ data: { provisioningGate: "yes" } })],
  ["that does not answer", () => new Promise(() => {})],
])("a Manufacturing %s cannot be asked, and says nothing more", async (_, execute) => {
  const refusal = expect.objectContaining({
    code: "SUBGRAPH_UNAVAILABLE",
    message: "Manufacturing cannot be asked now",
    details: { subgraph: "manufacturing" },
  });
  const asked = manufacturingPeer(execute).gate("acme", { connhexIds: ["c"] });
  await expect(asked).rejects.toEqual(refusal);
});

test("Manufacturing is asked as a service of the tenant", async () => {
  const row = { serialNumber: "SN-1", connhexId: null, disposition: "RELEASED" };
  const peer = manufacturingPeer(async (caller, _, variables) => {
    expect(caller).toMatchObject({ tenant: "acme", roles: ["service"] });
    expect(variables).toEqual({ serialNumbers: ["SN-1"] });
    return { data: { provisioningGate: [row] } };
  });
  expect(await peer.gate("acme", { serialNumbers: ["SN-1"] })).toEqual([row]);
});
