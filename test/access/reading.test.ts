import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { isObjectType } from "graphql";
import { KNOWN_FIELDS, ROLE_SETS } from "./expected.ts";
import { type Cell, runMatrix } from "./matrix.ts";
import { differences, unequalAnswers } from "./report.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let cells: Cell[];
beforeAll(async () => {
  world = await openWorld();
  const services = [["service" as const]];
  cells = [
    ...(await runMatrix(world, world.system, { roleSets: ROLE_SETS })),
    // A service is vouched for to a subgraph alone; no token makes one at the gateway.
    ...(await runMatrix(world, world.system, {
      roleSets: services,
      places: ["manufacturing", "ownership"],
    })),
  ];
}, 420_000);
afterAll(() => world?.close());

/** Every field of the subgraphs but those that federation adds. */
function fieldsOfSchemas(): string[] {
  const { manufacturing, ownership, registry } = world.system;
  const types = [manufacturing, ownership, registry]
    .flatMap(({ schema }) => Object.values(schema.getTypeMap()))
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith("_"));
  const fields = types.flatMap((type) =>
    Object.keys(type.getFields()).map((field) => `${type.name}.${field}`),
  );
  return [...new Set(fields)].filter((field) => !field.startsWith("Query._")).sort();
}

test("every cell comes out as the pages promise", () => {
  expect(differences(cells)).toEqual([]);
  expect(cells.length).toBeGreaterThan(40_000);
});

test("the pages speak of every field that there is, and of no other", () => {
  expect([...KNOWN_FIELDS].sort()).toEqual(fieldsOfSchemas());
});

/** What only mutations answer; they are asked in full where they are called. */
const ANSWERS_OF_MUTATIONS = [
  "DeviceBatch",
  "DeviceVerdict",
  "ScanBatch",
  "ScanVerdict",
  "InstallationBatch",
  "InstallationVerdict",
  "CloudIdentityLinkVerdict",
  "ProvisionBatch",
  "ProvisionVerdict",
  "ClaimCodeReplacement",
  "TransferOffer",
  "NewClientKey",
  "NewWebhookSecret",
  "Publication",
  "DocumentVerdict",
  "DocumentProblem",
  "DocumentRetirement",
  "OwnerCountry",
  "Mutation",
  "Query",
  "Subscription",
];

/** What the first revision alone has, which is asked for on the way to its fields. */
const READ_BY_ITS_FIELDS = "DeviceRevision.signedBy";

test("every field that can be read is read, by somebody who may", () => {
  const read = new Set(cells.filter(({ actual }) => actual === "VALUE").map(({ field }) => field));
  if (read.has("HandOverSigner.key")) read.add(READ_BY_ITS_FIELDS);
  const unread = fieldsOfSchemas().filter(
    (field) => !read.has(field) && !ANSWERS_OF_MUTATIONS.includes(field.split(".")[0] ?? ""),
  );
  expect(unread).toEqual([]);
});

test("another tenant's row and one that is not there are the same to everybody, in every letter", () => {
  expect(unequalAnswers(cells, "FOREIGN", "NOTHING")).toEqual([]);
});

test("another owner's row and one that is not there are the same to owners and partners", () => {
  const theirs = cells.filter(({ roles, way }) => {
    const isListOfTenant = way.startsWith("productionGroup");
    return roles.every((role) => role === "owner" || role === "partner") && !isListOfTenant;
  });
  expect(unequalAnswers(theirs, "OTHERS", "NOTHING")).toEqual([]);
});
