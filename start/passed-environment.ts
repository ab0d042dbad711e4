type Environment = Readonly<Record<string, string | undefined>>;

/** What every program may need. */
const PASSED = ["PATH", "HOME", "TZ", "LANG", "TMPDIR", "TEMP", "SystemRoot"] as const;

/** What a program is told that is no part of the system: databases, keys and peppers are nothing to it. */
export function passedEnvironment(
  environment: Environment,
  more: readonly string[] = [],
): Record<string, string> {
  return Object.fromEntries(
    [...PASSED, ...more].flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
