import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { faultOfDocumentId } from "./document-id.ts";

const TEXT = 'query Lot { device(serialNumber: "SN-é") { lotCode } }';
const hashed = (algorithm: string, text = TEXT) => createHash(algorithm).update(text).digest("hex");

test.each<[id: string, fault: RegExp | null]>([
  ["Lot", null],
  ["lot-of-device.v2", null],
  ["a/b~c+d=e@f:g_h", null],
  [hashed("sha256"), null],
  [hashed("sha256").toUpperCase(), null],
  [`sha256:${hashed("sha256")}`, null],
  [hashed("md5"), null],
  [hashed("sha1"), null],
  // a hash of something else
  [hashed("sha256", `${TEXT} `), /the sha256 hash of the text is [0-9a-f]{64}/],
  [`sha256:${hashed("sha256", "x")}`, /the sha256 hash/],
  [hashed("md5", "x"), /the md5 hash/],
  [hashed("sha1", "x"), /the sha1 hash/],
  // no hash, though it says so
  [`sha256:${hashed("md5")}`, /followed by 64 hex digits/],
  ["sha256:lot", /followed by 64 hex digits/],
  // hexadecimal, but of no hash's length
  ["abc123", null],
  ["", /1 to 128/],
  ["x".repeat(129), /1 to 128/],
  ["a b", /1 to 128/],
  ["-a", /1 to 128/],
  ["é", /1 to 128/],
  ["a\n", /1 to 128/],
  ["a\u0000", /1 to 128/],
])("the id %j", (id, fault) => {
  if (fault === null) expect(faultOfDocumentId(id, TEXT)).toBeNull();
  else expect(faultOfDocumentId(id, TEXT)).toMatch(fault);
});
