import { describe, expect, test } from "@jest/globals";
import { readStatementLog } from "./statement-log.ts";

const LOG = `manufacturing LOG:  duration: 0.010 ms  bind device_by_id: SELECT 1
manufacturing DETAIL:  Parameters: $1 = 'another'
manufacturing LOG:  duration: 0.093 ms  execute device_by_id: SELECT d.device_id
\tFROM device d WHERE d.tenant = $1 AND d.device_id = ANY($2)
manufacturing DETAIL:  Parameters: $1 = 'demo', $2 = '{1,2}', $3 = NULL, $4 = 'it''s'
manufacturing LOG:  duration: 0.010 ms  bind <unnamed>: SELECT 2
manufacturing DETAIL:  Parameters: $1 = 'another'
gateway LOG:  duration: 1.000 ms  execute <unnamed>: INSERT INTO access_line
gateway DETAIL:  Parameters: $1 = 'x'
manufacturing LOG:  duration: 0.001 ms  statement: BEGIN
manufacturing LOG:  duration: 2.000 ms  execute <unnamed>: SELECT 2
`;

describe("the log of statements", () => {
  test("gives what one database executed, with its values, in order", () => {
    expect(readStatementLog(LOG, "manufacturing")).toEqual([
      {
        name: "device_by_id",
        text: "SELECT d.device_id\nFROM device d WHERE d.tenant = $1 AND d.device_id = ANY($2)",
        values: ["demo", "{1,2}", null, "it's"],
      },
      { name: null, text: "BEGIN", values: [] },
      { name: null, text: "SELECT 2", values: [] },
    ]);
  });
});
