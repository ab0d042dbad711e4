import { DomainError } from "../../../shared/domain-error.ts";
import { repeatedMember } from "../../../shared/signing/repeated-member.ts";
import { excerpt } from "../../../shared/text.ts";
import type { DeviceStatement } from "../device/device-facts.ts";
import { LIMITS } from "../limits.ts";

/** Makes a value, as JSON has it, what the graph's DeviceRecordInput is; throws INVALID_VALUE. */
export type ReadDeviceInput = (value: unknown) => DeviceStatement;

/**
 * What a signed text says of a device. It must say the same to every reader, for others will check
 * it after us: Unicode, JSON, and nothing twice.
 */
export function readPayload(text: string, readInput: ReadDeviceInput): DeviceStatement {
  if (Buffer.byteLength(text) > LIMITS.signedPayloadBytes) {
    throw unfit(`has more than ${LIMITS.signedPayloadBytes} bytes`);
  }
  // UTF-8 has no bytes for half a surrogate pair: others would be signed than those that came.
  if (/\p{Cs}/u.test(text)) throw unfit("is not Unicode");
  const value = parsed(text);
  const repeated = repeatedMember(text);
  if (repeated !== null) throw unfit(`says ${excerpt(repeated)} twice`);
  return readInput(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unfit("is not JSON");
  }
}

function unfit(what: string): DomainError {
  return new DomainError("INVALID_VALUE", `the payload ${what}`, { field: "payload" });
}
