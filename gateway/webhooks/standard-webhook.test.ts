import { expect, test } from "@jest/globals";
import { newSecret, secretText, signatureOf, signedHeaders } from "./standard-webhook.ts";

// From the specification's own reference implementation, github.com/standard-webhooks/standard-webhooks:
// libraries/javascript/src/index.test.ts, "sign function works".
const KEY = Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64");
const MESSAGE = {
  id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
};
const SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

test("a message is signed as the reference implementation signs it", () => {
  expect(signatureOf(KEY, MESSAGE)).toBe(SIGNATURE);
});

test("while secrets change, a message has the signatures of both", () => {
  const other = newSecret();
  const headers = signedHeaders([other, KEY], MESSAGE);
  expect(headers["webhook-id"]).toBe(MESSAGE.id);
  expect(headers["webhook-timestamp"]).toBe("1614265330");
  expect(headers["webhook-signature"]?.split(" ")).toEqual([
    signatureOf(other, MESSAGE),
    SIGNATURE,
  ]);
});

test("a secret is handed over as its prefix says, and holds 256 bits", () => {
  const secret = newSecret();
  const text = secretText(secret);
  expect(text).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(Buffer.from(text.slice("whsec_".length), "base64")).toEqual(secret);
});
