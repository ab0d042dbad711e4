import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  CompactSign,
  calculateJwkThumbprint,
  exportJWK,
  FlattenedSign,
  flattenedVerify,
} from "jose";
import { isSignatureOf, type Jws, parseJws } from "./jws.ts";
import { pemOf, readPublicSigningKey } from "./public-signing-key.ts";
import { readPrivateSigningKey, signPayload } from "./sign-payload.ts";

function keyPair(kind: "ES256" | "EdDSA") {
  const { privateKey } =
    kind === "ES256"
      ? generateKeyPairSync("ec", { namedCurve: "P-256" })
      : generateKeyPairSync("ed25519");
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  return keysOf(pem);
}

function keysOf(pem: string) {
  const signer = readPrivateSigningKey(pem);
  const { d: _, ...jwk } = createPrivateKey(pem).export({ format: "jwk" });
  const verifier = readPublicSigningKey(JSON.stringify(jwk));
  if (!signer || !verifier) throw new Error("no key of ours");
  return { signer, verifier };
}

type Keys = ReturnType<typeof keysOf>;

/** Whether this text is a signature over this payload, by whoever it says. */
async function holds(text: string, payload: string | Buffer, { verifier }: Keys): Promise<boolean> {
  const jws = parseJws(text);
  if ("fault" in jws || jws.keyId !== verifier.keyId) return false;
  return isSignatureOf(jws, Buffer.from(payload as string), verifier);
}

const PAYLOAD = '{ "serialNumber": "SN-1",\n  "lotCode": "Ä-7" }';
const KINDS = ["ES256", "EdDSA"] as const;

test.each(KINDS)(
  "what is signed with %s here is a JWS to others, and theirs to us",
  async (kind) => {
    const keys = keyPair(kind);
    const { signer, verifier } = keys;
    const own = signPayload(PAYLOAD, signer);
    expect(await holds(own, PAYLOAD, keys)).toBe(true);
    const [header = "", , signature = ""] = own.split(".");
    const payload = Buffer.from(PAYLOAD).toString("base64url");
    const read = await flattenedVerify(
      { protected: header, payload, signature },
      verifier.publicKey,
      { algorithms: [kind] },
    );
    expect(Buffer.from(read.payload).toString()).toBe(PAYLOAD);

    const protectedHeader = { alg: kind, kid: signer.keyId };
    const whole = await new CompactSign(Buffer.from(PAYLOAD))
      .setProtectedHeader(protectedHeader)
      .sign(signer.privateKey);
    expect(await holds(whole, PAYLOAD, keys)).toBe(true);
    expect(await holds(whole, `${PAYLOAD} `, keys)).toBe(false);
    const flat = await new FlattenedSign(Buffer.from(PAYLOAD))
      .setProtectedHeader(protectedHeader)
      .sign(signer.privateKey);
    expect(await holds(`${flat.protected}..${flat.signature}`, PAYLOAD, keys)).toBe(true);
    expect(await calculateJwkThumbprint(await exportJWK(verifier.publicKey))).toBe(signer.keyId);
    expect(readPublicSigningKey(pemOf(verifier))?.keyId).toBe(signer.keyId);
  },
);

// RFC 8037, appendix A.4, and RFC 7515, appendix A.3: keys, payloads and signatures as printed there.
const RFC_8037 = {
  jwk: { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" },
  keyId: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
  protectedText: "eyJhbGciOiJFZERTQSJ9",
  payload: "Example of Ed25519 signing",
  signature:
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
};
const RFC_7515 = {
  jwk: {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  },
  keyId: null,
  protectedText: "eyJhbGciOiJFUzI1NiJ9",
  payload: '{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}',
  signature:
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
};

test.each([RFC_8037, RFC_7515])("the example of a standard verifies: $payload", async (example) => {
  const key = readPublicSigningKey(JSON.stringify(example.jwk));
  if (!key) throw new Error("no key of ours");
  if (example.keyId) expect(key.keyId).toBe(example.keyId);
  const jws: Jws = {
    algorithm: key.algorithm,
    keyId: key.keyId,
    protectedText: example.protectedText,
    payloadText: "",
    signature: Buffer.from(example.signature, "base64url"),
  };
  const payload = Buffer.from(example.payload);
  expect(await isSignatureOf(jws, payload, key)).toBe(true);
  expect(await isSignatureOf(jws, Buffer.concat([payload, Buffer.of(0)]), key)).toBe(false);
});

const headerOf = (header: unknown) => Buffer.from(JSON.stringify(header)).toString("base64url");

test.each<[what: string, header: Record<string, unknown>]>([
  ["none", { alg: "none" }],
  ["a shared secret", { alg: "HS256" }],
  ["RSA", { alg: "RS256" }],
  ["the other algorithm", { alg: "EdDSA" }],
  ["a key within", { jwk: RFC_8037.jwk }],
  ["a place of keys", { jku: "https://example.org/keys" }],
  ["a place of certificates", { x5u: "https://example.org/chain" }],
  ["certificates", { x5c: [] }],
  ["what must be understood", { crit: ["b64"], b64: false }],
  ["an unencoded payload", { b64: false }],
  ["no algorithm", { alg: undefined }],
  ["an algorithm that is no text", { alg: ["ES256"] }],
  ["no key's name", { kid: undefined }],
  ["another key's name", { kid: RFC_8037.keyId }],
])("a header with %s is refused, whoever signed it", async (_, more) => {
  const keys = keyPair("ES256");
  const { signer } = keys;
  const [, , signature] = signPayload(PAYLOAD, signer).split(".");
  const header = headerOf({ alg: "ES256", kid: signer.keyId, ...more });
  expect(await holds(`${header}..${signature}`, PAYLOAD, keys)).toBe(false);
});

test.each<[what: string, change: (text: string) => string]>([
  ["padding", (text) => `${text}==`],
  ["spare bits", (text) => `${text.slice(0, -1)}${text.endsWith("A") ? "B" : "_"}`],
  ["white space", (text) => `${text}\n`],
  ["the other alphabet", (text) => `${text}+/`],
  ["a fourth part", (text) => `${text}.${text}`],
  ["no signature", (text) => text.replace(/[^.]+$/, "")],
  ["half a signature", (text) => text.slice(0, -43)],
  ["a header twice", (text) => text.replace(/^[^.]+/, (header) => `${header}.${header}`)],
  ["nothing", () => ""],
  ["dots", () => ".."],
  ["a megabyte", (text) => text.padEnd(1_000_000, "A")],
])("a signature with %s is refused", async (_, change) => {
  const keys = keyPair("ES256");
  expect(await holds(change(signPayload(PAYLOAD, keys.signer)), PAYLOAD, keys)).toBe(false);
});

test("a header that says its algorithm twice is refused", async () => {
  const keys = keyPair("EdDSA");
  const kid = keys.signer.keyId;
  const header = Buffer.from(`{"alg":"none","kid":"${kid}","alg":"EdDSA"}`).toString("base64url");
  const [, , signature] = signPayload(PAYLOAD, keys.signer).split(".");
  expect(parseJws(`${header}..${signature}`)).toEqual({ fault: "its header says something twice" });
});

test.each(KINDS)("of 2,000 changed signatures and payloads with %s, none holds", async (kind) => {
  const keys = keyPair(kind);
  const signature = signPayload(PAYLOAD, keys.signer);
  const bytes = Buffer.from(PAYLOAD);
  expect(await holds(signature, PAYLOAD, keys)).toBe(true);
  const changedAt = <Byte extends number>(text: Buffer, place: number, by: Byte) => {
    const changed = Buffer.from(text);
    changed[place % text.length] = (changed[place % text.length] ?? 0) ^ by;
    return changed;
  };
  const change = { place: fc.nat(10_000), by: fc.integer({ min: 1, max: 255 }) };
  const part = fc.constantFrom("signature", "payload", "cut", "longer");
  await fc.assert(
    fc.asyncProperty(fc.record({ ...change, part }), async ({ place, by, part: what }) => {
      switch (what) {
        case "signature": {
          const changed = changedAt(Buffer.from(signature), place, by).toString("latin1");
          return !(await holds(changed, PAYLOAD, keys));
        }
        case "payload":
          return !(await holds(signature, changedAt(bytes, place, by), keys));
        case "cut":
          return !(await holds(signature, bytes.subarray(0, place % bytes.length), keys));
        default:
          return !(await holds(signature, Buffer.concat([bytes, Buffer.of(by)]), keys));
      }
    }),
    { numRuns: 2_000 },
  );
});

test.each<[what: string, text: () => string]>([
  [
    "a private key",
    () =>
      generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
  ],
  [
    "a private JWK",
    () => JSON.stringify(generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" })),
  ],
  [
    "RSA",
    () =>
      generateKeyPairSync("rsa", { modulusLength: 2048 })
        .publicKey.export({ format: "pem", type: "spki" })
        .toString(),
  ],
  [
    "another curve",
    () =>
      generateKeyPairSync("ec", { namedCurve: "P-384" })
        .publicKey.export({ format: "pem", type: "spki" })
        .toString(),
  ],
  [
    "Ed448",
    () => generateKeyPairSync("ed448").publicKey.export({ format: "pem", type: "spki" }).toString(),
  ],
  ["a point beside the curve", () => JSON.stringify({ ...RFC_7515.jwk, y: RFC_7515.jwk.x })],
  ["a secret", () => JSON.stringify({ kty: "oct", k: "AAAA" })],
  ["nothing", () => ""],
])("%s is no key to check signatures with", (_, text) => {
  expect(readPublicSigningKey(text())).toBeNull();
});
