import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { runDemo } from "../../demo/run-demo.ts";
import { verifyProof } from "../../shared/proof/verify-proof.ts";
import { freshDatabase } from "../support/postgres.ts";
import { openProvingFactory, type ProvingFactory } from "./proving-factory.ts";

const DEVICES = 120;

let factory: ProvingFactory;
beforeAll(async () => {
  factory = await openProvingFactory(async (manufacturing) => {
    const ownership = await freshDatabase("ownership");
    await runDemo({
      ...{ devices: DEVICES, tenant: "acme", seed: "proven" },
      manufacturingUrl: manufacturing.ownerUrl,
      ownershipUrl: ownership.ownerUrl,
      ...{ encryptionKey: randomBytes(32), secretPepper: randomBytes(32) },
    });
    await ownership.drop();
  });
  await factory.witnessed();
});
afterAll(() => factory?.close());

test("every revision of every device of the demo verifies", async () => {
  const numbers = await factory.database.admin<{ serial_number: string }>(
    "SELECT serial_number FROM device ORDER BY device_id",
  );
  expect(numbers).toHaveLength(DEVICES);
  let proofs = 0;
  for (let at = 0; at < numbers.length; at += 50) {
    const fields = numbers.slice(at, at + 50).map(({ serial_number: serial }, index) => {
      const device = `device(serialNumber: ${JSON.stringify(serial)})`;
      return `d${index}: ${device} { serialNumber revision proof history { nodes { revision proof } } }`;
    });
    const data = await factory.ask(`{ ${fields.join(" ")} }`);
    for (const { serialNumber, revision, proof, history } of Object.values(data) as Device[]) {
      expect(history.nodes.at(-1)).toEqual({ revision, proof });
      for (const node of history.nodes) {
        const verdict = verifyProof(node.proof, factory.policy);
        if (!verdict.proven) throw new Error(`${verdict.fault}: ${verdict.reason}`);
        expect(verdict.content.serialNumber).toBe(serialNumber);
        expect(verdict.entry.id).toMatch(new RegExp(`^revision/\\d+/${node.revision}$`));
        proofs++;
      }
    }
  }
  expect(proofs).toBeGreaterThan(DEVICES * 3);
});

interface Device {
  serialNumber: string;
  revision: number;
  proof: string;
  history: { nodes: { revision: number; proof: string }[] };
}
