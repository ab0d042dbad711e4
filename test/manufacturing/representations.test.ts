import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Factory, openFactory } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
});
afterAll(() => factory.close());

const ENTITIES = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) { __typename }
}`;
const ABSENT = { __typename: "Device", connhexId: "nobody" };

test("representations are answered one by one, absent ones with null", async () => {
  const representations = [ABSENT, { __typename: "DeviceRevision", id: "x" }];
  const { data, codes } = await factory.ask("support", ENTITIES, { representations });
  expect([data._entities, codes]).toEqual([[null, null], []]);
});

// The first one is resolved when the second one is met: refusing late would leave it alone.
test.each<[string, unknown]>([
  ["an unknown type", { __typename: "Nothing" }],
  ["a type of every object", { __typename: "__proto__" }],
  ["a type that is no text", { __typename: { toString: 1 } }],
  ["no type", { id: "x" }],
  ["a list", [[]]],
  ["text", "Device"],
  ["a key that is an object", { __typename: "Device", id: { toString: 1 } }],
  ["a key that is a list", { __typename: "Device", connhexId: ["x"] }],
])("%s among representations is refused before any is resolved", async (_, hostile) => {
  const first = { __typename: "Device", id: { a: 1 } };
  for (const representations of [[hostile], [ABSENT, hostile], [first, hostile]]) {
    const { codes } = await factory.ask("support", ENTITIES, { representations });
    expect(codes).toEqual(["BAD_USER_INPUT"]);
  }
});
