import { stat } from "node:fs/promises";
import { CliError } from "../cli-error.ts";
import { notReadable, readJson } from "../read-text.ts";
import { readDocumentFolder } from "./document-folder.ts";
import type { ManifestDocument } from "./manifest-document.ts";

const FORMATS =
  "Give a manifest of Apollo, Relay or GraphQL Code Generator, or a folder of .graphql files.";
const MANIFEST_BYTES = 16 * 1024 * 1024;

/** Reads manifests and folders; the same document in two of them is one. */
export async function readManifests(paths: readonly string[]): Promise<ManifestDocument[]> {
  const documents = new Map<string, ManifestDocument>();
  for (const path of paths) {
    for (const document of await readManifest(path)) {
      const known = documents.get(document.id);
      if (known && known.text !== document.text) {
        throw wrong(path, `the id ${document.id} stands there with two texts`);
      }
      documents.set(document.id, document);
    }
  }
  return [...documents.values()];
}

async function readManifest(path: string): Promise<ManifestDocument[]> {
  const facts = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw notReadable(path, error);
  });
  if (facts.isDirectory()) return readDocumentFolder(path);
  if (facts.size > MANIFEST_BYTES) {
    throw new CliError("FILE_TOO_LARGE", `${path} has more than ${MANIFEST_BYTES} bytes`);
  }
  const documents = documentsIn(await readJson(path), path);
  if (documents.length === 0) throw wrong(path, "there is no document in it");
  return documents;
}

/** The documents of a parsed manifest, ids and texts as they stand in it. */
export function documentsIn(manifest: unknown, path: string): ManifestDocument[] {
  if (!isObject(manifest)) throw wrong(path, "it is no object of documents");
  if ("format" in manifest || "operations" in manifest) return apolloDocuments(manifest, path);
  // Relay writes MD5 or SHA-256, GraphQL Code Generator SHA-1 or `sha256:` and SHA-256.
  return Object.entries(manifest).map(([id, text]) => {
    if (typeof text !== "string") throw wrong(path, `the document ${id} is no text`);
    return { id, text };
  });
}

function apolloDocuments(manifest: Record<string, unknown>, path: string): ManifestDocument[] {
  const { format, version, operations } = manifest;
  if (format !== "apollo-persisted-query-manifest" || version !== 1) {
    const found = `${JSON.stringify(format)} version ${JSON.stringify(version)}`;
    throw wrong(path, `it is ${found}, not "apollo-persisted-query-manifest" version 1`);
  }
  if (!Array.isArray(operations)) throw wrong(path, "its operations are no list");
  return operations.map((operation: unknown, index) => {
    const { id, body } = isObject(operation) ? operation : {};
    if (typeof id === "string" && typeof body === "string") return { id, text: body };
    throw wrong(path, `operation ${index + 1} has no id or no body`);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(path: string, reason: string): CliError {
  return new CliError("WRONG_FORMAT", `${path}: ${reason}`, { advice: FORMATS });
}
