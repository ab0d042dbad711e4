import { rm } from "node:fs/promises";
import { newFile } from "./new-file.ts";

/**
 * Runs `make` and writes the secret that it answers into a new file that nobody else may read. The
 * file is made first: a key that cannot be kept must not be given out, for nobody reads it again.
 */
export async function keepSecret<Made extends { text: string }>(
  path: string,
  make: () => Promise<Made>,
): Promise<Made> {
  const file = await newFile(path, 0o600);
  try {
    const made = await make();
    await file.writeFile(`${made.text}\n`);
    await file.sync();
    return made;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}
