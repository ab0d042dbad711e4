/** Levels: ERROR means that somebody must act now. */
export type LogLevel = "INFO" | "WARN" | "ERROR";

type Write = (line: string) => void;
let write: Write = (line) => void process.stderr.write(`${line}\n`);

/** One line of JSON on standard error. Never give it a secret, SQL or personal data. */
export function log(level: LogLevel, event: string, facts: Record<string, unknown> = {}): void {
  write(JSON.stringify({ at: new Date().toISOString(), level, event, ...facts }));
}

/** Sends log lines elsewhere: to nowhere while a person reads the terminal, to an array in tests. */
export function setLogWriter(writer: Write): void {
  write = writer;
}
