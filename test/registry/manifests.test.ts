import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readManifests } from "../../cli/documents/manifest.ts";
import { type RegistryGateway, registryGateway } from "./registry-gateway.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(dirname(HERE));
const FOLDER = join(HERE, "manifests");

/** How many documents each toolchain wrote, and what their ids look like. */
const MANIFESTS: [file: string, documents: number, id: RegExp][] = [
  ["apollo.json", 5, /^[0-9a-f]{64}$/],
  ["codegen-sha256.json", 5, /^sha256:[0-9a-f]{64}$/],
  ["codegen-sha1.json", 5, /^[0-9a-f]{40}$/],
  ["relay-md5.json", 1, /^[0-9a-f]{32}$/],
  ["relay-sha256.json", 1, /^[0-9a-f]{64}$/],
];

let registry: RegistryGateway;
beforeAll(async () => {
  registry = await registryGateway();
}, 60_000);
afterAll(() => registry?.close());

describe("what a toolchain wrote", () => {
  test.each(MANIFESTS)(
    "%s is published for a partner as it is, and run by its ids",
    async (...row) => {
      const [file, count, id] = row;
      const { client, text: key } = await registry.partnerWithKey();
      const documents = await readManifests([join(FOLDER, file)]);
      expect(documents).toHaveLength(count);
      const published = await registry.publish(client, documents);
      expect(published).toMatchObject({ isPublished: true, published: count, refused: 0 });
      for (const document of documents) expect(document.id).toMatch(id);
      const { operationName, id: documentId } = published.verdicts.at(-1);
      expect(operationName).toMatch(/^sharedDevices/i);
      const answer = await registry.gateway.send({ documentId }, { "x-api-key": key });
      expect(answer.data?.sharedDevices).toMatchObject({ totalCount: 0, nodes: [] });
    },
  );

  test.each(MANIFESTS)(
    "%s is refused where a text is not the one that its id names",
    async (file) => {
      const { client } = await registry.partnerWithKey();
      const documents = await readManifests([join(FOLDER, file)]);
      const altered = documents.map(({ id, text }) => ({ id, text: `${text}\n` }));
      const { isPublished, verdicts } = await registry.publish(client, altered);
      expect(isPublished).toBe(false);
      for (const { problems } of verdicts)
        expect(problems).toMatchObject([{ code: "BAD_DOCUMENT_ID" }]);
    },
  );
});

test("the page for partners names the id of an example as it is", async () => {
  const page = await readFile(join(ROOT, "docs/partners.md"), "utf8");
  const [, id] = /^ *ID=(\S+)$/m.exec(page) ?? [];
  const examples = await readManifests([join(ROOT, "examples/partner/documents")]);
  const example = examples.find((document) => document.id === id);
  expect(example?.text).toMatch(/^query DeviceBySerialNumber\b/);
});
