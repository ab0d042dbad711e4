import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  visit,
} from "graphql";
import { CliError } from "../cli-error.ts";
import { readUtf8 } from "../read-text.ts";
import type { ManifestDocument } from "./manifest-document.ts";
import type { WrittenDefinition } from "./written-place.ts";

/** A file of a folder, with its path from there. */
export interface GraphqlFile {
  path: string;
  text: string;
}

type Written<Definition> = WrittenDefinition & { definition: Definition };

const ADVICE = "Mend the named file; a folder is published whole or not at all.";

/** Every operation of a folder's .graphql files, each with the fragments that it needs. */
export async function readDocumentFolder(folder: string): Promise<ManifestDocument[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(graphql|gql)$/.test(entry.name))
    .filter(({ parentPath }) => !/[\\/]node_modules([\\/]|$)/.test(parentPath))
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
  const files = await Promise.all(
    paths.map(async (path) => ({ path, text: await readUtf8(path) })),
  );
  const documents = documentsOfFiles(files);
  if (documents.length > 0) return documents;
  throw new CliError("WRONG_FORMAT", `${folder}: there is no operation in it`, { advice: ADVICE });
}

/** Each operation of these files with its fragments, printed; its id is `sha256:` and their hash. */
export function documentsOfFiles(files: readonly GraphqlFile[]): ManifestDocument[] {
  const operations = new Map<string, Written<OperationDefinitionNode>>();
  const fragments = new Map<string, Written<FragmentDefinitionNode>>();
  for (const { path, text } of files) {
    for (const definition of definitionsOf(path, text)) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) {
        const name = definition.name.value;
        if (fragments.has(name)) throw broken(path, `there is another fragment ${name}`);
        fragments.set(name, { path, definition });
      } else if (definition.kind === Kind.OPERATION_DEFINITION) {
        const name = definition.name?.value;
        if (!name) throw broken(path, "an operation needs a name");
        if (operations.has(name)) throw broken(path, `there is another operation ${name}`);
        operations.set(name, { path, definition });
      } else throw broken(path, "a document has operations and fragments only");
    }
  }
  return [...operations.values()].map((operation) => {
    const written = [operation, ...fragmentsOf(operation, fragments)];
    const definitions = written.map(({ definition }) => definition);
    const document: DocumentNode = { kind: Kind.DOCUMENT, definitions };
    const text = print(document);
    return { id: `sha256:${createHash("sha256").update(text).digest("hex")}`, text, written };
  });
}

function definitionsOf(path: string, text: string): readonly DefinitionNode[] {
  // A file of comments alone is no error of GraphQL's, but parse would say so.
  if (/^(\s|,|#[^\n]*)*$/.test(text)) return [];
  try {
    return parse(text).definitions;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [place] = error.locations ?? [];
    throw broken(`${path}${place ? `:${place.line}:${place.column}` : ""}`, error.message);
  }
}

/** The fragments that an operation reaches, by their names, so that its text is always the same. */
function fragmentsOf(
  operation: Written<OperationDefinitionNode>,
  fragments: ReadonlyMap<string, Written<FragmentDefinitionNode>>,
): Written<FragmentDefinitionNode>[] {
  const used = new Map<string, Written<FragmentDefinitionNode>>();
  const waiting: WrittenDefinition[] = [operation];
  for (const { path, definition } of waiting) {
    visit(definition, {
      FragmentSpread({ name: { value } }) {
        if (used.has(value)) return;
        const fragment = fragments.get(value);
        if (!fragment) throw broken(path, `there is no fragment ${value}`);
        used.set(value, fragment);
        waiting.push(fragment);
      },
    });
  }
  return [...used].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fragment]) => fragment);
}

function broken(path: string, reason: string): CliError {
  return new CliError("WRONG_FORMAT", `${path}: ${reason}`, { advice: ADVICE });
}
