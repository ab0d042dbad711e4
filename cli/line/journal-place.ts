import { homedir } from "node:os";
import { join } from "node:path";

/** Where the journal of a station is unless somebody says otherwise: the same wherever one stands. */
export function journalPlace(station: string): string {
  return join(homedir(), ".tracegraph", "stations", `${station}.journal`);
}
