import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Seen from the built file, `dist/bench/walk/places.js`. */
const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export const PEERS_FOLDER = place("../../../bench/peers");
/** The command line of the product, built. */
export const COMMAND = place("../../cli/main.js");
export const DRIVER = place("./driver.js");

/** The one Node that every variant and the driver run on: PostGraphile 5 needs 22 or later. */
export function benchNode(): string {
  const program = `${PEERS_FOLDER}/node_modules/node/bin/node`;
  if (existsSync(program)) return program;
  throw new Error(
    "the peers are not installed: run npm install in bench/peers (and npm rebuild node, where npm says that its script was not run)",
  );
}
