import { expect, test } from "@jest/globals";
import { CliError } from "./cli-error.ts";
import { EXIT } from "./exit-codes.ts";

test.each([
  ["USAGE", EXIT.USAGE],
  ["NOT_UTF8", EXIT.USAGE],
  ["BAD_USER_INPUT", EXIT.USAGE],
  ["NOT_FOUND", EXIT.REFUSED],
  ["FIELD_DEFINITION_CONFLICT", EXIT.REFUSED],
  ["NO_TOKEN", EXIT.NOT_AUTHORISED],
  ["UNAUTHENTICATED", EXIT.NOT_AUTHORISED],
  ["FORBIDDEN", EXIT.NOT_AUTHORISED],
  ["GATEWAY_UNREACHABLE", EXIT.UNREACHABLE],
  ["SUBGRAPH_UNAVAILABLE", EXIT.UNREACHABLE],
  ["TIMEOUT", EXIT.UNREACHABLE],
  ["INTERNAL", EXIT.INTERNAL],
  ["ISSUER_UNAVAILABLE", EXIT.UNREACHABLE],
] as const)("%s ends with exit code %i", (code, exit) => {
  expect(new CliError(code, "").exit).toBe(exit);
});

test("who is not known is told where tokens come from, and not his refusal again", () => {
  const { advice } = new CliError("UNAUTHENTICATED", "send a valid bearer token or API key");
  expect(advice).toContain("--token");
  expect(advice.toLowerCase()).not.toContain("send a valid");
});
