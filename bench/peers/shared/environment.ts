/** What a peer's process is told by whoever starts it. */
export function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set`);
  return value;
}

/** Says, in the one line that its starter waits for, where this process answers. */
export function announce(url: string): void {
  process.stdout.write(`${JSON.stringify({ url })}\n`);
}

/** Runs `close` at the first SIGTERM and lets the process end by itself, so that profiles are written. */
export function closeOnSignal(close: () => Promise<unknown>): void {
  process.once("SIGTERM", () => {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}
