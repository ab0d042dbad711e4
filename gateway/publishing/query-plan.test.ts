import { describe, expect, test } from "@jest/globals";
import { composeSupergraph } from "../supergraph.ts";
import { plannerOf } from "./query-plan.ts";

const HEAD = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])`;
const { supergraphText } = composeSupergraph([
  {
    name: "factory",
    sdl: `${HEAD}
      type Query { device: Device devices: [Device] }
      type Mutation { record: Device }
      type Subscription { changed: Device }
      type Device @key(fields: "cloudId") { cloudId: ID site: String }`,
  },
  {
    name: "cloud",
    sdl: `${HEAD}
      type Query { owner: Owner }
      type Device @key(fields: "cloudId") { cloudId: ID owner: Owner }
      type Owner { name: String }`,
  },
]);
const planner = plannerOf(supergraphText);

describe("the fetches of", () => {
  test.each<[string, string, number]>([
    ["one subgraph", "{ device { site } }", 1],
    ["one after the other", "{ device { site owner { name } } }", 2],
    ["several at once", "{ device { owner { name } } owner { name } }", 3],
    ["two ways to one subgraph", "{ device { owner { name } } devices { owner { name } } }", 2],
    [
      "what may be left out",
      "query ($b: Boolean!) { device { site owner @skip(if: $b) { name } } }",
      2,
    ],
    ["a change", "mutation { a: record { site } b: record { owner { name } } }", 2],
    ["a subscription", "subscription { changed { site } }", 1],
    ["a subscription with more", "subscription { changed { site owner { name } } }", 2],
  ])("%s", async (_, text, fetches) => {
    expect(await planner.fetchesOf(text, null)).toBe(fetches);
  });
});

test("the named operation is the one that is planned", async () => {
  const text = "query A { device { site } } query B { device { owner { name } } }";
  expect(await planner.fetchesOf(text, "A")).toBe(1);
  expect(await planner.fetchesOf(text, "B")).toBe(2);
});

test("what the graph does not have is not planned", async () => {
  await expect(planner.fetchesOf("{ device { colour } }", null)).rejects.toThrow("colour");
});
