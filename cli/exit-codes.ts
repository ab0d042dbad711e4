/** What a command's end says to the program that started it. `docs/cli.md` says the same. */
export const EXIT = {
  OK: 0,
  /** Some rows were refused, something was not found, or a check found deviations. */
  REFUSED: 1,
  /** Wrong usage or unreadable input; nothing was written. */
  USAGE: 2,
  NOT_AUTHORISED: 3,
  /** The gateway cannot be reached or cannot answer now: the same command may succeed later. */
  UNREACHABLE: 4,
  INTERNAL: 5,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
