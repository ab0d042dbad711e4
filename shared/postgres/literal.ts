import pg from "pg";

/**
 * A statement with its parameters written into it: COPY takes none. `$1` … are replaced wherever
 * they stand, so a text that is no parameter must have none.
 */
export function withLiterals(text: string, parameters: readonly unknown[]): string {
  return text.replace(/\$(\d+)/g, (_, digits: string) => {
    const place = Number(digits) - 1;
    if (!(place < parameters.length)) throw new Error(`there is no parameter $${digits}`);
    return literal(parameters[place]);
  });
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number" && Number.isFinite(value)) return `'${value}'`;
  if (typeof value === "boolean") return `'${value}'`;
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return quoted(`{${value.map(element).join(",")}}`);
  throw new Error("a parameter is neither text, number, truth nor list");
}

function element(value: unknown): string {
  if (value === null) return "NULL";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return `"${value.replace(/["\\]/g, "\\$&")}"`;
  throw new Error("a list holds something that is neither text, number nor truth");
}

/** PostgreSQL's protocol ends a statement at a NUL: what follows would be lost, or be another one. */
function quoted(text: string): string {
  if (text.includes("\0")) throw new Error("a text has a NUL");
  return pg.escapeLiteral(text);
}
