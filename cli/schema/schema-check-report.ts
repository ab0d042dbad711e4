import type { Finding, SchemaCheck } from "../../gateway/publishing/schema-check.ts";
import { note, plural, print, printJson, table } from "../output.ts";

const ID_CHARACTERS = 20;

/** Tells what a change of the schema does to documents. */
export function reportSchemaCheck(check: SchemaCheck, asJson: boolean): void {
  const { documents, findings, unused } = check;
  const broken = documentsWith(findings, "BROKEN");
  const dangerous = documentsWith(findings, "DANGEROUS");
  if (asJson) {
    printJson({ documents, broken, dangerous, findings, unused });
    return;
  }
  const tables = [
    ...(findings.length > 0 ? [findingsTable(findings)] : []),
    ...(unused.length > 0 ? [unusedTable(unused)] : []),
  ];
  if (tables.length > 0) print(tables.join("\n\n"));
  note(`${plural(documents, "document")}: ${broken} broken, ${dangerous} in danger`);
}

function documentsWith(findings: readonly Finding[], level: Finding["level"]): number {
  const met = findings.filter((finding) => finding.level === level);
  return new Set(met.map(({ client, document }) => JSON.stringify([client, document]))).size;
}

function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ client, document, name, line, level, what }) => [
    client,
    name ?? "",
    short(document),
    line === null ? "" : String(line),
    level,
    what,
  ]);
  return table(["client", "operation", "document", "line", "is", "because"], rows);
}

/** Ids are mostly hashes; their start tells them apart, and `--json` has all of them. */
function short(id: string): string {
  return id.length > ID_CHARACTERS ? `${id.slice(0, ID_CHARACTERS)}…` : id;
}

function unusedTable(unused: SchemaCheck["unused"]): string {
  const rows = unused.map(({ level, what }) => [level, what]);
  return table(["change", "that no document uses"], rows);
}
