import { Database } from "../../shared/postgres/database.ts";
import type { Line } from "./judge.ts";

const OF_REQUESTS = `SELECT request_id AS "requestId", devices, status FROM access_log
  WHERE tenant = $1 AND request_id = ANY($2::text[])`;

/** The lines of these requests, read past the gateway, in its database. */
export async function linesOf(
  url: string,
  tenant: string,
  requestIds: readonly string[],
): Promise<Line[]> {
  const database = new Database({ url, role: "gateway_app", poolSize: 1 });
  try {
    return await database.tenant(tenant).run<Line>(OF_REQUESTS, [tenant, requestIds]);
  } finally {
    await database.close();
  }
}
