/**
 * Statements that show and take rows of the connection's own tenant only. A connection that is
 * bound to no tenant has no rows: current_setting answers null there.
 */
export function tenantWall(table: string, policy: string): string[] {
  const own = "tenant = current_setting('app.tenant', true)";
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY ${policy} ON ${table} USING (${own}) WITH CHECK (${own})`,
  ];
}

/**
 * Statements that refuse every change of what a table holds, to whoever has a right to it by
 * mistake. The service's function `<verb>_change()` says so.
 */
export function appendOnly(table: string, verb: "deny" | "refuse"): string[] {
  return [
    `CREATE TRIGGER ${verb}_change BEFORE UPDATE OR DELETE ON ${table}
     FOR EACH ROW EXECUTE FUNCTION ${verb}_change()`,
    `CREATE TRIGGER ${verb}_truncate BEFORE TRUNCATE ON ${table}
     FOR EACH STATEMENT EXECUTE FUNCTION ${verb}_change()`,
  ];
}
