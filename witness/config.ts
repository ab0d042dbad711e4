import { resolve } from "node:path";
import { isKeyName } from "../shared/ledger/note.ts";

/** What a witness is started with. */
export interface WitnessConfig {
  /** Its name, which stands in every cosignature: as an address of its own, like `witness.example/w1`. */
  name: string;
  /** Holds its key and what it has seen; nobody else's. */
  dataFolder: string;
  /** The keys of the logs that it watches, a line each. */
  trustFile: string;
  host: string;
  port: number;
}

/** Checks what a command line gives. Fails naming the option. */
export function witnessConfig(given: {
  name: string;
  data: string;
  trust: string;
  host: string;
  port: string;
}): WitnessConfig {
  const { name, host } = given;
  if (name.length > 200 || !isKeyName(name)) {
    throw new Error(`--name must be a name without spaces and +, not ${JSON.stringify(name)}`);
  }
  const port = /^\d{1,5}$/.test(given.port) ? Number(given.port) : Number.NaN;
  if (!(port <= 65_535)) throw new Error(`--port must be from 0 to 65535, not ${given.port}`);
  return { name, dataFolder: resolve(given.data), trustFile: resolve(given.trust), host, port };
}
