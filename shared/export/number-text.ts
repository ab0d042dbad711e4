import { integerAt } from "./row-batch.ts";

const TWO_32 = 4_294_967_296;
const SAFE_HIGH = 1 << 20;

/** An integer of 64 bits as text. */
export function integerText(bytes: Uint8Array, start: number): string {
  const high = integerAt(bytes, start);
  const low = integerAt(bytes, start + 4) >>> 0;
  if (high < SAFE_HIGH && high > -SAFE_HIGH) return String(high * TWO_32 + low);
  return String(BigInt(high) * BigInt(TWO_32) + BigInt(low));
}

/** A floating-point number of 64 bits as text, which reads as the same number again. */
export function numberText(bytes: Uint8Array, start: number): string {
  return String(Buffer.from(bytes.buffer, bytes.byteOffset + start, 8).readDoubleBE());
}
