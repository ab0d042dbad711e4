import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Random } from "../../demo/random.ts";
import { type AuditedTown, openAuditedTown, SERVICES } from "../ledger-audit/audited-town.ts";
import { BusyTown } from "../ledger-audit/busy-town.ts";
import { columnsOf, dropChecks, ENTERED, isAt, otherValue, someRows } from "./rows.ts";
import { Superuser } from "./superuser.ts";

const random = new Random("every column", "rows");
let audited: AuditedTown;
beforeAll(async () => {
  audited = await openAuditedTown();
  await new BusyTown(audited, random).live(60);
  await audited.caughtUp();
  await audited.stopLogs();
}, 60_000);
afterAll(() => audited?.close());

describe.each(SERVICES)("in %s", (service) => {
  test("no column of a row can be changed without its audit telling of the row", async () => {
    const superuser = new Superuser(audited.databases[service]);
    const unseen: string[] = [];
    for (const table of ENTERED[service]) {
      const columns = await superuser.meanwhile(
        async () => undefined,
        (sql) => columnsOf(sql, table.table),
      );
      expect(columns.length).toBeGreaterThan(3);
      for (const column of columns) {
        let id = "";
        const { deviations } = await superuser.meanwhile(
          async (sql) => {
            const [row] = await someRows(sql, table, random);
            if (!row) throw new Error(`${table.table} is empty`);
            ({ id } = row);
            await dropChecks(sql, table.table);
            const value = otherValue(column);
            await sql.run(
              `UPDATE ${table.table} SET ${column.name} = ${value} WHERE ${isAt(row.place)}`,
            );
          },
          (sql) => audited.audit(service, { sql }),
        );
        const isSeen = deviations.some(({ entry }) => entry === id);
        if (isSeen === table.open.includes(column.name)) {
          unseen.push(`${table.table}.${column.name}: ${JSON.stringify(deviations)}`);
        }
      }
    }
    await superuser.close();
    expect(unseen).toEqual([]);
  });
});
