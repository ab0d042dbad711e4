import { expect, test } from "@jest/globals";
import { deviceProof } from "../../cli/verify/device-proof.ts";
import { type ProvenContent, verifyProof } from "../../shared/proof/verify-proof.ts";
import { WitnessedLog } from "./witnessed-log.ts";

const log = new WitnessedLog().grow(1);
const proof = await log.proof(0);
const verdict = verifyProof(proof, log.policy());
if (!verdict.proven) throw new Error(verdict.reason);
const proven: ProvenContent = verdict;
const device = { serialNumber: "SN-0", connhexId: null, revision: 1, proof };

interface Given {
  device?: object;
  proven?: object;
  tenant?: string | null;
}

/** What the gateway says of the device is its word alone; so is which proof it sends. */
function asserted(given: Given) {
  const ask = async <Data>() =>
    ({ byConnhexId: null, bySerialNumber: { ...device, ...given.device } }) as Data;
  const { tenant = "demo" } = given;
  return deviceProof({ gateway: { ask }, tenant }, "SN-0").then(({ assertIsAsked }) =>
    assertIsAsked({ ...proven, ...given.proven }),
  );
}

test.each<[string, Given]>([
  ["the device's last revision", {}],
  ["it, where the token does not tell the tenant", { tenant: null }],
])("a proof is of %s", async (_, given) => {
  await expect(asserted(given)).resolves.toBeUndefined();
});

const entryOf = (more: object) => ({ entry: { ...proven.entry, ...more } });
const contentOf = (more: object) => ({ content: { ...proven.content, ...more } });

test.each<[string, Given, string]>([
  ["of an older revision", { device: { revision: 2 } }, "revision 1, and the last one is 2"],
  ["of another tenant's device", { tenant: "acme" }, "its tenant is demo"],
  ["of another device", { proven: contentOf({ serialNumber: "SN-1" }) }, "its serialNumber"],
  ["of the serial number on another board", { proven: contentOf({ connhexId: "c" }) }, "connhexId"],
  [
    "of who owns it",
    { proven: entryOf({ type: "OWNERSHIP", id: "ownership/0/1" }) },
    "ownership/0",
  ],
])("a proof %s is not the one asked for", async (_, given, reason) => {
  await expect(asserted(given)).rejects.toMatchObject({
    code: "NOT_PROVEN",
    message: expect.stringContaining(reason),
  });
});
