/** A statement as PostgreSQL logged it: `log_min_duration_statement`, each line led by its database. */
export interface SentStatement {
  /** null: not prepared. */
  name: string | null;
  text: string;
  values: readonly (string | null)[];
}

const ENTRY = /^(\S*) (LOG|DETAIL): {2}(.*)$/;
const EXECUTED = /^duration: [\d.]+ ms {2}execute (\S+): ([\s\S]*)$/;
const SIMPLE = /^duration: [\d.]+ ms {2}statement: ([\s\S]*)$/;
const VALUE = /\$\d+ = (?:(NULL)|'((?:[^']|'')*)')/g;

/** The statements of one database in the order in which they ended. */
export function readStatementLog(log: string, database: string): SentStatement[] {
  const sent: SentStatement[] = [];
  let isDetailOfLast = false;
  for (const { kind, text } of entriesOf(log, database)) {
    const [, name, executed] = EXECUTED.exec(text) ?? [];
    const [, simple] = SIMPLE.exec(text) ?? [];
    const last = sent.at(-1);
    if (kind === "DETAIL") {
      // Parsing and binding are logged too, with the same detail.
      if (isDetailOfLast && last) sent[sent.length - 1] = { ...last, values: valuesOf(text) };
    } else if (executed !== undefined) {
      sent.push({ name: name === "<unnamed>" ? null : (name ?? null), text: executed, values: [] });
    } else if (simple !== undefined) {
      sent.push({ name: null, text: simple, values: [] });
    }
    isDetailOfLast = kind === "LOG" && executed !== undefined;
  }
  return sent;
}

function entriesOf(log: string, database: string): { kind: string; text: string }[] {
  const entries: { of: string; kind: string; text: string }[] = [];
  for (const line of log.split("\n")) {
    const [, of, kind, text] = ENTRY.exec(line) ?? [];
    const last = entries.at(-1);
    if (of !== undefined && kind !== undefined) entries.push({ of, kind, text: text ?? "" });
    // What is behind a line feed of a statement stands behind a tab.
    else if (last && line.startsWith("\t")) last.text += `\n${line.slice(1)}`;
  }
  return entries.filter(({ of }) => of === database);
}

function valuesOf(detail: string): (string | null)[] {
  return [...detail.matchAll(VALUE)].map(([, isNull, text]) =>
    isNull ? null : (text ?? "").replaceAll("''", "'"),
  );
}
