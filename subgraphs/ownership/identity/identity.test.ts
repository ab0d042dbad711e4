import { expect, test } from "@jest/globals";
import { LIMITS } from "../limits.ts";
import {
  assertCanBecome,
  assertCanReplaceClaimCode,
  assertIsActive,
  type CloudIdentityState,
} from "./identity.ts";

test.each<[from: CloudIdentityState, to: CloudIdentityState, outcome: string]>([
  ["ACTIVE", "SUSPENDED", "ok"],
  ["ACTIVE", "REVOKED", "ok"],
  ["ACTIVE", "ACTIVE", "NOTHING_TO_CHANGE"],
  ["ACTIVE", "PENDING", "BAD_USER_INPUT"],
  ["ACTIVE", "REFUSED", "BAD_USER_INPUT"],
  ["SUSPENDED", "ACTIVE", "ok"],
  ["SUSPENDED", "REVOKED", "ok"],
  ["REVOKED", "ACTIVE", "IDENTITY_NOT_ACTIVE"],
  ["REVOKED", "SUSPENDED", "IDENTITY_NOT_ACTIVE"],
  ["PENDING", "ACTIVE", "DEVICE_NOT_PROVISIONED"],
  ["PENDING", "REVOKED", "DEVICE_NOT_PROVISIONED"],
  ["REFUSED", "ACTIVE", "DEVICE_NOT_PROVISIONED"],
])("from %s to %s: %s", (state, next, outcome) => {
  const attempt = () => assertCanBecome({ connhexId: "c", state, revision: 2 }, next);
  if (outcome === "ok") expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code: outcome }));
});

test("an identity does not change its state for ever", () => {
  const identity = { connhexId: "c", state: "ACTIVE", revision: LIMITS.revisionsOfOne } as const;
  expect(() => assertCanBecome(identity, "SUSPENDED")).toThrow(
    expect.objectContaining({ code: "LIMIT_EXCEEDED" }),
  );
  expect(() => assertCanReplaceClaimCode({ ...identity, isProtected: true })).toThrow(
    expect.objectContaining({ code: "LIMIT_EXCEEDED" }),
  );
});

test.each<[state: CloudIdentityState, isProtected: boolean, outcome: string]>([
  ["ACTIVE", true, "ok"],
  ["SUSPENDED", true, "ok"],
  ["ACTIVE", false, "NOTHING_TO_CHANGE"],
  ["PENDING", true, "DEVICE_NOT_PROVISIONED"],
  ["REFUSED", true, "DEVICE_NOT_PROVISIONED"],
  ["REVOKED", true, "IDENTITY_NOT_ACTIVE"],
])(
  "a new claim code where the identity is %s (protected: %s): %s",
  (state, isProtected, outcome) => {
    const identity = { connhexId: "c", state, revision: 2, isProtected };
    const attempt = () => assertCanReplaceClaimCode(identity);
    if (outcome === "ok") expect(attempt).not.toThrow();
    else expect(attempt).toThrow(expect.objectContaining({ code: outcome }));
  },
);

test.each<[state: CloudIdentityState | null, outcome: string]>([
  ["ACTIVE", "ok"],
  [null, "DEVICE_NOT_PROVISIONED"],
  ["PENDING", "DEVICE_NOT_PROVISIONED"],
  ["REFUSED", "DEVICE_NOT_PROVISIONED"],
  ["SUSPENDED", "IDENTITY_NOT_ACTIVE"],
  ["REVOKED", "IDENTITY_NOT_ACTIVE"],
])("registering a device whose identity is %s: %s", (state, outcome) => {
  const attempt = () => assertIsActive("c", state);
  if (outcome === "ok") expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code: outcome }));
});
