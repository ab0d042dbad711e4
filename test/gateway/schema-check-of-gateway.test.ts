import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Ran, runCommand } from "../cli/command-line.ts";
import {
  PUBLISH,
  RETIRE,
  type RegistryGateway,
  registryGateway,
} from "../registry/registry-gateway.ts";

const PUBLIC = join(import.meta.dirname, "../../gateway/schema.graphql");

let graph: RegistryGateway;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracegraph-schema-"));
  graph = await registryGateway();
  for (const client of ["acme", "brown"]) await graph.addApp(client);
  const lot = (name: string) => `query ${name} { device(serialNumber: "SN-1") {\n lotCode } }`;
  const page = `query Page($n: Int!) { fieldDefinitions { name }
    device(serialNumber: "SN-1") { siblings(first: $n) { nodes { siblings { totalCount } } } } }`;
  await publish("acme", [
    { id: "lot", text: lot("Lot") },
    { id: "old", text: lot("Old") },
    { id: "page", text: page, variableLimits: { n: 20 } },
  ]);
  await publish("brown", [{ id: "lot", text: lot("OfBrown") }]);
  await graph.data(RETIRE, { client: "acme", ids: ["old"] });
});
afterAll(async () => {
  await graph.close();
  await rm(folder, { recursive: true, force: true });
});

async function publish(client: string, documents: readonly object[]): Promise<void> {
  const { publishDocuments } = await graph.data(PUBLISH, { client, version: "1", documents });
  expect(publishDocuments).toMatchObject({ isPublished: true });
}

/** Asks the gateway for the documents, as a caller of this role. */
async function check(from: RegExp, to: string, options: readonly string[] = []): Promise<Ran> {
  const text = await readFile(PUBLIC, "utf8");
  expect(text).toMatch(from);
  const path = join(folder, "changed.graphql");
  await writeFile(path, text.replace(from, to));
  const { gateway } = graph.gateway;
  const token = await graph.gateway.token({ roles: ["engineering"], subject: "test:engineering" });
  const environment = { TRACEGRAPH_URL: gateway.url, TRACEGRAPH_TOKEN: token };
  return runCommand(["schema", "check", path, "--json", ...options], { environment });
}

test("every live document of every client is checked against what the gateway answers by now", async () => {
  const same = await check(/$/, "");
  expect(same).toMatchObject({ exit: 0, stderr: "" });
  expect(JSON.parse(same.stdout)).toEqual({
    documents: 3,
    broken: 0,
    dangerous: 0,
    findings: [],
    unused: [],
  });
  const changed = await check(/\n {2}lotCode: String/g, "\n  lotCode: Int");
  expect(changed.exit).toBe(1);
  const { findings } = JSON.parse(changed.stdout);
  expect(findings).toMatchObject([
    {
      level: "BROKEN",
      client: "acme",
      document: "lot",
      name: "Lot",
      field: "Device.lotCode",
      line: 2,
    },
    { level: "BROKEN", client: "brown", document: "lot", name: "OfBrown", line: 2 },
  ]);
});

test("one client's alone", async () => {
  const changed = await check(/\n {2}lotCode: String/g, "\n  lotCode: Int", ["--client", "brown"]);
  expect(JSON.parse(changed.stdout)).toMatchObject({ documents: 1, broken: 1 });
  const unknown = await check(/$/, "", ["--client", "green"]);
  expect(unknown).toMatchObject({ exit: 1, stderr: expect.stringContaining("NOT_FOUND") });
});

test("a document's own limits decide what it may cost", async () => {
  const size = /(\n {2}siblings\([\s\S]*?first: Int = )50/;
  const little = await check(size, "$1100");
  expect(little).toMatchObject({ exit: 0 });
  expect(JSON.parse(little.stdout)).toMatchObject({ dangerous: 1 });
  const much = await check(size, "$11000");
  expect(much).toMatchObject({ exit: 1 });
  expect(JSON.parse(much.stdout)).toMatchObject({ broken: 1, dangerous: 1 });
});
