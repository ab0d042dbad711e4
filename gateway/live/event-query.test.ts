import { describe, expect, test } from "@jest/globals";
import { getOperationAST, parse, print } from "graphql";
import { eventQuery } from "./event-query.ts";

function queryOf(text: string): string {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error(`no operation in ${text}`);
  return print(eventQuery(document, operation).document).replace(/\s+/g, " ").trim();
}

describe("the query of one event", () => {
  test.each([
    [
      "asks for the device by its serial number, in the place of the subscription's field",
      `subscription { deviceChanged(field: "lotCode", value: "L") { id } }`,
      `query ($changedSerialNumber: String!) { deviceChanged: device(serialNumber: $changedSerialNumber) { id } }`,
    ],
    [
      "keeps alias, name, fragments and the variables that are still used",
      `subscription S($value: String!, $n: Int = 5) {
         a: deviceChanged(field: "lotCode", value: $value) { ...F }
       } fragment F on Device { history(first: $n) { totalCount } }`,
      `query S($n: Int = 5, $changedSerialNumber: String!) { a: device(serialNumber: $changedSerialNumber) { ...F } } fragment F on Device { history(first: $n) { totalCount } }`,
    ],
    [
      "takes a variable that the document does not have",
      `subscription ($changedSerialNumber: String!) {
         deviceChanged(field: "lotCode", value: "L") { asOf(at: $changedSerialNumber) { id } } }`,
      `query ($changedSerialNumber: String!, $changedSerialNumber_: String!) { deviceChanged: device(serialNumber: $changedSerialNumber_) { asOf(at: $changedSerialNumber) { id } } }`,
    ],
  ])("%s", (_, subscription, query) => {
    expect(queryOf(subscription)).toBe(query);
  });

  test.each([
    "subscription { ...F } fragment F on Subscription { deviceChanged { id } }",
    "subscription { ... { deviceChanged { id } } }",
    "subscription { deviceChanged @include(if: true) { id } }",
    "subscription @live { deviceChanged { id } }",
    "subscription { __typename }",
    "subscription { deviceChanged { id } b: deviceChanged { id } }",
  ])("is not made of %s", (text) => {
    expect(() => queryOf(text)).toThrow("a subscription asks for deviceChanged alone");
  });
});
