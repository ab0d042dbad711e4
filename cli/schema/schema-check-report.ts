import type { Finding, SchemaCheck } from "../../gateway/publishing/schema-check.ts";
import { note, plural, print, printJson, table } from "../output.ts";

/** Tells what a change of the schema does; `against` names what the schema was compared with. */
export function reportSchemaCheck(check: SchemaCheck, asJson: boolean): void {
  const { documents, findings, unused } = check;
  const broken = documentsWith(findings, "BROKEN");
  const dangerous = documentsWith(findings, "DANGEROUS");
  if (asJson) {
    printJson({ documents, broken, dangerous, findings, unused });
    return;
  }
  if (findings.length > 0) print(findingsTable(findings));
  if (unused.length > 0) {
    print(
      table(
        ["change", "that no document uses"],
        unused.map(({ level, what }) => [level, what]),
      ),
    );
  }
  note(`${plural(documents, "document")}: ${broken} broken, ${dangerous} in danger`);
}

function documentsWith(findings: readonly Finding[], level: Finding["level"]): number {
  const met = findings.filter((finding) => finding.level === level);
  return new Set(met.map(({ client, document }) => JSON.stringify([client, document]))).size;
}

function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ client, document, name, line, level, what }) => [
    client,
    document,
    name ?? "",
    line === null ? "" : String(line),
    level,
    what,
  ]);
  return table(["client", "document", "operation", "line", "is", "because"], rows);
}
