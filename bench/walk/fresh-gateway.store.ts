import pg from "pg";

/**
 * Removes the gateway's own database, which is made anew then: each run begins without clients,
 * without documents, and with an empty access log.
 */
export async function removeGatewayDatabase(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query("DROP DATABASE IF EXISTS gateway WITH (FORCE)");
  } finally {
    await client.end();
  }
}
