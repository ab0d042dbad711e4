import pg from "pg";

/** What every peer's connections share: the tenant and role of the product's own, and its number of them. */
export const CONNECTIONS_PER_STORE = 8;

/** Start-up settings of a connection that is bound to one tenant, as the tables' row-level security wants. */
export function boundTo(tenant: string, role?: string): string {
  const settings = { ...(role && { role }), "app.tenant": tenant, timezone: "UTC" };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

/** bigint as number, timestamptz as RFC 3339 text with its microseconds, which a Date would drop. */
export const types = {
  getTypeParser(oid: number, format?: "text" | "binary") {
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.TIMESTAMPTZ) return utcMicroseconds;
    return pg.types.getTypeParser(oid, format ?? "text");
  },
} as pg.CustomTypesConfig;

/** `2026-01-31 08:00:00.5+00` as `2026-01-31T08:00:00.500000Z`. */
function utcMicroseconds(text: string): string {
  const end = text.lastIndexOf("+");
  const decimals = text.slice(20, end).padEnd(6, "0");
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${decimals}Z`;
}
