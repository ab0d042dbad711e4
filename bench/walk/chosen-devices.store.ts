import { Database, statement } from "../../shared/postgres/database.ts";

const OWNED = statement(
  "bench_owned",
  `SELECT connhex_id AS "connhexId" FROM (
     SELECT connhex_id, row_number() OVER (ORDER BY ownership_id) - 1 AS place, count(*) OVER () AS count
     FROM ownership WHERE tenant = $1 AND owner_id IS NOT NULL) owned
   WHERE place * $2::bigint / count <> (place - 1) * $2::bigint / count OR place = 0
   ORDER BY place`,
);

/** As many provisioned devices that somebody owns, spread evenly over the factory's years. */
export async function chosenDevices(
  appUrl: string,
  tenant: string,
  count: number,
): Promise<string[]> {
  const database = new Database({ url: appUrl, role: "ownership_app", poolSize: 1 });
  try {
    const sql = database.tenant(tenant);
    const rows = await sql.rows<{ connhexId: string }>(OWNED, [tenant, count]);
    if (rows.length < count) {
      throw new Error(`only ${rows.length} devices are owned: give --rotation ${rows.length}`);
    }
    return rows.map(({ connhexId }) => connhexId);
  } finally {
    await database.close();
  }
}
