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

  /** Fails where the devices of this prefix are not exactly the first rows, once recorded each. */
  async assertRecorded(prefix: string, rows: number): Promise<void> {
    const counted = "right(serial_number, $1::integer)::integer < $2::integer";
    const expected = await this.facts("bare_device", counted, [SERIAL_DIGITS, rows]);
    const all: string[] = [];
    for (const table of ["device", "device_revision"]) {
      const named = "serial_number >= $1 AND serial_number < $1 || '~'";
      all.push(JSON.stringify(await this.facts(table, named, [prefix])));
    }
    const isEqual = all.every((facts) => facts === JSON.stringify(expected));
    if (isEqual && Number(expected?.count) === rows) return;
    throw new Error(
      `${prefix}: ${rows} rows were acknowledged: ${JSON.stringify(expected)} is not ${all.join(" and ")}`,
    );
  }

  /** Writes out what is dirty, so that no measurement pays for the one before. */
  async settle(): Promise<void> {
    await this.client.query("CHECKPOINT");
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async facts(table: string, where: string, values: unknown[]): Promise<Facts | undefined> {
    const text = `SELECT count(*), sum(hashtextextended(ROW (${COMPARED})::text, 0)::numeric)
      FROM ${table} WHERE ${where}`;
    return (await this.client.query<Facts>(text, values)).rows[0];
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
