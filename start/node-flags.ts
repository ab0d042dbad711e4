/**
 * What a process that answers requests gives Node: room for what one request makes and the next one
 * no longer needs (three times 64 MB at most). With Node's own 16 MB much of it is copied, and
 * found to be garbage only later: some hundredths of the CPU of a large answer.
 */
const YOUNG_GENERATION = "--max-semi-space-size=64";
export const NODE_FLAGS: readonly string[] = [YOUNG_GENERATION];

/** The flags for a process that this one starts: whoever has set the young generation himself is followed. */
export function flagsForChild(
  execArgv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  const [name = ""] = YOUNG_GENERATION.split("=");
  const given = [...execArgv, environment.NODE_OPTIONS ?? ""].join(" ").replaceAll("_", "-");
  return given.includes(name) ? [...execArgv] : [...NODE_FLAGS, ...execArgv];
}
