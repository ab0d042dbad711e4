import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import copyStreams from "pg-copy-streams";
import { copyLine, RECORD_COLUMNS, recordOf, SERIAL_DIGITS } from "./rows.ts";

const LINES_AT_ONCE = 500;
const COLUMNS = RECORD_COLUMNS.join(", ");
/** What is compared: everything but the prefix of the serial number. */
const COMPARED = RECORD_COLUMNS.map((column) =>
  column === "serial_number" ? `right(serial_number, ${SERIAL_DIGITS})` : column,
).join(", ");

const SUM = `sum(hashtextextended(ROW (${COMPARED})::text, 0)::numeric)`;

/** Devices that were acknowledged under a prefix: to be found in the database, once each. */
export interface Acknowledged {
  prefix: string;
  rows: number;
}

/** How many rows there are, and a sum of what they hold. */
interface Facts {
  count: string;
  sum: string;
}

/** A table of a device's columns without an index, and what the recorded devices are compared with. */
export class BareTable {
  private constructor(private readonly client: pg.Client) {}

  /** Begins with an empty table, as a superuser: all rows are seen, and checkpoints are made. */
  static async open(adminUrl: string): Promise<BareTable> {
    const client = new pg.Client({ connectionString: adminUrl, options: "-c timezone=UTC" });
    await client.connect();
    await client.query("DROP TABLE IF EXISTS bare_device");
    await client.query("CREATE TABLE bare_device AS SELECT * FROM device WITH NO DATA");
    return new BareTable(client);
  }

  /** Copies the first rows into the empty table: the floor that everything is compared with. */
  async copy(rows: number): Promise<void> {
    await this.client.query("TRUNCATE bare_device");
    const into = this.client.query(
      copyStreams.from(`COPY bare_device (${COLUMNS}) FROM STDIN WITH (FORMAT text)`),
    );
    await pipeline(Readable.from(copyText(rows)), into);
    if (into.rowCount !== rows) throw new Error(`${into.rowCount} rows were copied, not ${rows}`);
  }

  /** Fails where what stands under a prefix is not exactly the first rows, recorded once each. */
  async assertRecorded(acknowledged: readonly Acknowledged[]): Promise<void> {
    const tables = [await this.recorded("device"), await this.recorded("device_revision")];
    for (const { prefix, rows } of acknowledged) {
      const expected = await this.first(rows);
      const found = tables.map((table) => table.get(prefix));
      const isEqual = found.every((one) => one?.count === String(rows) && one.sum === expected.sum);
      if (isEqual) continue;
      const told = JSON.stringify({ expected, found });
      throw new Error(`${prefix}: ${rows} rows were acknowledged, and are not there: ${told}`);
    }
  }

  /** Writes out what is dirty, so that no measurement pays for the one before. */
  async settle(): Promise<void> {
    await this.client.query("CHECKPOINT");
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** Of the rows that were copied first. */
  private async first(rows: number): Promise<Facts> {
    const text = `SELECT count(*), ${SUM} AS sum FROM bare_device
      WHERE right(serial_number, ${SERIAL_DIGITS})::integer < $1::integer`;
    const [facts] = (await this.client.query<Facts>(text, [rows])).rows;
    return facts ?? { count: "0", sum: "0" };
  }

  /** Of what was recorded here, by prefix; it is told from all else by what only this bench sends. */
  private async recorded(table: string): Promise<Map<string, Facts>> {
    const text = `SELECT left(serial_number, -${SERIAL_DIGITS}) AS prefix, count(*), ${SUM} AS sum
      FROM ${table} WHERE lot_code LIKE 'IL-%' GROUP BY 1`;
    const { rows } = await this.client.query<Facts & { prefix: string }>(text);
    return new Map(rows.map(({ prefix, ...facts }) => [prefix, facts]));
  }
}

function* copyText(rows: number): Generator<string> {
  for (let from = 0; from < rows; from += LINES_AT_ONCE) {
    let text = "";
    const to = Math.min(rows, from + LINES_AT_ONCE);
    for (let number = from; number < to; number++) text += copyLine(recordOf("BARE", number));
    yield text;
  }
}
