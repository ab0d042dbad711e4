import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { GraphQLObjectType, isLeafType } from "graphql";
import { DEVICE_COLUMNS } from "../../subgraphs/manufacturing/device/device.store.ts";
import { type Factory, openFactory } from "./factory.ts";

let factory: Factory;
beforeAll(async () => {
  factory = await openFactory();
  await factory.record(
    ...[1, 2, 3, 4].map((n) => ({
      serialNumber: `SN-${n}`,
      lotCode: "LOT-1",
      partNumber: `P-${n}`,
      operator: "eve",
      producedAt: `2026-01-0${n}T00:00:00Z`,
    })),
  );
  await factory.record({ serialNumber: "SN-2", site: "Lyon", source: "line.csv" });
  await factory.ask(
    "service",
    `mutation ($input: [CloudIdentityLinkInput!]!) { linkCloudIdentities(input: $input) { linked } }`,
    { input: [{ serialNumber: "SN-2", connhexId: "hex-2" }] },
  );
});
afterAll(() => factory.close());

/** The fields of a type that hold a value by themselves. */
function valueFieldsOf(type: string): string[] {
  const found = factory.service.schema.getType(type);
  if (!(found instanceof GraphQLObjectType)) throw new Error(`${type} is no object type`);
  const isValue = ({ type: of }: { type: object }) =>
    isLeafType("ofType" in of && !String(of).startsWith("[") ? of.ofType : of) ||
    String(of).startsWith("[String");
  return (
    Object.values(found.getFields())
      .filter(isValue)
      // Nobody sequences the log here, so that nothing has a proof.
      .filter(({ name }) => name !== "proof")
      .map(({ name }) => name)
  );
}

async function asked(query: string) {
  factory.database.sent.length = 0;
  const { data, errors } = await factory.ask("support", query);
  expect(errors).toEqual([]);
  const sent = factory.database.sent.join("\n");
  return { data, isWhole: sent.includes(DEVICE_COLUMNS) };
}

const GROUP = `productionGroup(field: "lotCode", value: "LOT-1")`;

describe("a page of devices", () => {
  test.each<[selection: string, isWhole: boolean]>([
    ["nodes { serialNumber connhexId id }", false],
    ["edges { cursor node { __typename serialNumber } } totalCount", false],
    ["totalCount", false],
    ["nodes { serialNumber ...Part }", true],
    ["nodes { lot { value } }", true],
    ["nodes { revision }", true],
    ["nodes { history { totalCount } }", true],
  ])("asked for %s reads all columns: %s", async (selection, isWhole) => {
    const answer = await asked(`{ ${GROUP} { devices { ${selection} } } }
      ${selection.includes("...Part") ? "fragment Part on Device { partNumber }" : ""}`);
    expect(answer.isWhole).toBe(isWhole);
  });

  test("answers each field by itself as beside all others", async () => {
    const fields = valueFieldsOf("Device");
    expect(fields).toEqual(expect.arrayContaining(["id", "serialNumber", "lotCode", "attributes"]));
    for (const page of ["devices(last: 3)", "devices(first: 3, membership: EVER)"]) {
      const all = await asked(`{ ${GROUP} { ${page} { nodes { ${fields.join(" ")} } } } }`);
      const whole: Record<string, unknown>[] = all.data.productionGroup.devices.nodes;
      expect(whole).toHaveLength(3);
      for (const field of fields) {
        const { data } = await asked(`{ ${GROUP} { ${page} { nodes { ${field} } } } }`);
        const alone = whole.map((device) => ({ [field]: device[field] }));
        expect(data.productionGroup.devices.nodes).toEqual(alone);
      }
    }
  });

  test("of the same devices in one query, each answers what it is asked", async () => {
    const names = "devices { nodes { serialNumber } }";
    const { data } = await asked(`{
      ${GROUP} { ${names} whole: devices { nodes { partNumber } } }
      one: device(serialNumber: "SN-1") { siblings { nodes { serialNumber } } lot { ${names} } }
      two: device(serialNumber: "SN-2") { siblings { nodes { serialNumber } } }
      three: device(serialNumber: "SN-3") { siblings { nodes { serialNumber site } } }
    }`);
    const ofAll = [1, 2, 3, 4].map((n) => ({ serialNumber: `SN-${n}` }));
    const others = (n: number) => ofAll.filter(({ serialNumber }) => serialNumber !== `SN-${n}`);
    expect(data.productionGroup.devices.nodes).toEqual(ofAll);
    expect(data.productionGroup.whole.nodes[3]).toEqual({ partNumber: "P-4" });
    expect(data.one.lot.devices.nodes).toEqual(ofAll);
    expect(data.one.siblings.nodes).toEqual(others(1));
    expect(data.two.siblings.nodes).toEqual(others(2));
    expect(data.three.siblings.nodes[1]).toEqual({ serialNumber: "SN-2", site: "Lyon" });
  });
});

describe("a page of revisions", () => {
  test.each<[selection: string, isWhole: boolean]>([
    ["nodes { id revision recordedAt effectiveAt actor reason source changed }", false],
    ["edges { cursor node { serialNumber connhexId } } totalCount", false],
    ["nodes { revision attributes }", true],
    ["nodes { revision site }", true],
  ])("asked for %s reads the state too: %s", async (selection, isWhole) => {
    await asked(`{ device(serialNumber: "SN-2") { history { ${selection} } } }`);
    const sent = factory.database.sent.filter((text) => text.includes("device_revision"));
    expect(sent).toHaveLength(1);
    expect(sent[0]?.includes("attributes")).toBe(isWhole);
  });

  test("answers each field by itself as beside all others", async () => {
    const fields = valueFieldsOf("DeviceRevision");
    expect(fields).toEqual(expect.arrayContaining(["id", "changed", "lotCode", "attributes"]));
    const history = async (selection: string) => {
      const { data } = await asked(`{ device(serialNumber: "SN-2") {
        history(last: 2) { nodes { ${selection} } } asOf(at: "2999-01-01T00:00:00Z") { site } } }`);
      expect(data.device.asOf).toEqual({ site: "Lyon" });
      return data.device.history.nodes as Record<string, unknown>[];
    };
    const whole = await history(fields.join(" "));
    expect(whole).toHaveLength(2);
    for (const field of fields) {
      expect(await history(field)).toEqual(whole.map((one) => ({ [field]: one[field] })));
    }
  });
});
