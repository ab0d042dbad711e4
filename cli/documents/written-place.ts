import { type ASTNode, type DefinitionNode, parse, visit } from "graphql";

/** A definition as it stands in a file. */
export interface WrittenDefinition {
  path: string;
  definition: DefinitionNode;
}

/** A place in a file; both figures count from 1, null where only the file is known. */
export interface WrittenPlace {
  file: string;
  line: number | null;
  column: number | null;
}

/** Where in its file stands what the text that was printed of these definitions has at a place. */
export function writtenPlace(
  printed: string,
  written: readonly WrittenDefinition[],
  { line, column }: { line: number; column: number },
): WrittenPlace | null {
  for (const [index, definition] of parse(printed).definitions.entries()) {
    const origin = written[index];
    // Printing keeps every node, in its order.
    const node = nodesOf(definition).findIndex(({ loc }) => {
      return loc?.startToken.line === line && loc.startToken.column === column;
    });
    if (node < 0 || !origin) continue;
    const start = nodesOf(origin.definition)[node]?.loc?.startToken;
    return { file: origin.path, line: start?.line ?? null, column: start?.column ?? null };
  }
  return null;
}

function nodesOf(root: ASTNode): ASTNode[] {
  const nodes: ASTNode[] = [];
  visit(root, { enter: (node) => void nodes.push(node) });
  return nodes;
}
