import type { QueryRunner } from "typeorm";

/** Shows and takes rows of the connection's own tenant only, and lets the application do `rights`. */
export async function behindTenantWall(
  db: QueryRunner,
  table: string,
  rights: string,
): Promise<void> {
  const own = "tenant = current_setting('app.tenant', true)";
  await db.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  await db.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await db.query(`CREATE POLICY own_tenant ON ${table} USING (${own}) WITH CHECK (${own})`);
  await db.query(`REVOKE ALL ON ${table} FROM PUBLIC, ownership_app`);
  await db.query(`GRANT ${rights} ON ${table} TO ownership_app`);
}

/** Refuses every change of what is written, to whoever has a right to it by mistake. */
export async function appendOnly(db: QueryRunner, table: string): Promise<void> {
  await db.query(`REVOKE UPDATE, DELETE, TRUNCATE ON ${table} FROM ownership_app`);
  await db.query(`CREATE TRIGGER deny_change BEFORE UPDATE OR DELETE ON ${table}
    FOR EACH ROW EXECUTE FUNCTION deny_change()`);
  await db.query(`CREATE TRIGGER deny_truncate BEFORE TRUNCATE ON ${table}
    FOR EACH STATEMENT EXECUTE FUNCTION deny_change()`);
}
