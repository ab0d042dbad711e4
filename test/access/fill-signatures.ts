import { ADD_KEY, newSigner, REVOKE_KEY } from "../signing/signers.ts";
import type { Ask } from "./fill-tenant.ts";
import type { Values } from "./world.ts";

/** Signs in every tenant; what it signs in one of them is nothing to another one. */
export const STATION = newSigner("ES256");

const RECORD_SIGNED = `mutation ($input: [SignedDeviceInput!]!) {
  recordSignedDevices(input: $input) { refused verdicts { code message } }
}`;

/** Records devices by signed hand-overs. Answers the id of a key that is revoked, the tenant's own. */
export async function recordSigned(ask: Ask, rows: readonly Values[]): Promise<string> {
  const place = "manufacturing";
  const key = { publicKey: STATION.publicKey, name: "station 7", role: "STATION" };
  const validTo = "2090-01-01T00:00:00Z";
  await ask(place, "engineering", ADD_KEY, { input: { ...key, validTo } });
  const input = rows.map((row) => STATION.sign(row));
  const { recordSignedDevices } = await ask(place, "line", RECORD_SIGNED, { input });
  if (recordSignedDevices.refused > 0) throw new Error(JSON.stringify(recordSignedDevices));
  const keyId = await addKey(ask);
  await ask(place, "engineering", REVOKE_KEY, { keyId, reason: "lost" });
  return keyId;
}

/** A key of nobody else's. Answers its id. */
export async function addKey(ask: Ask): Promise<string> {
  const input = { publicKey: newSigner().publicKey, name: "scanner 3", role: "SCANNER" };
  const { addSigningKey } = await ask("manufacturing", "engineering", ADD_KEY, { input });
  return addSigningKey.keyId;
}
