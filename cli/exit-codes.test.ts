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
] as const)("%s ends with exit code %i", (code, exit) => {
  expect(new CliError(code, "").exit).toBe(exit);
});
