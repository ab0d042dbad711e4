/** A request as its client knows it. */
export interface Asked {
  requestId: string;
  /** The device that was recorded or read. */
  serialNumber: string;
  /** HTTP status of an answer that came whole; null where none did. */
  status: number | null;
  /** Whether it was answered with what was asked for. */
  isRight: boolean;
}
/** A line of the access log, as far as it matters here. */
export interface Line {
  requestId: string;
  devices: readonly string[];
  status: number;
}

/** What became of the requests of a round, by number, and what is wrong. */
export interface Verdict {
  /** Without those that were refused because the line could not be written. */
  answered: number;
  refused: number;
  /** Requests that were cut off, with a line and without. */
  cutOffRecorded: number;
  cutOffUnrecorded: number;
  /** Answers that the access log does not tell of as it must. */
  complaints: string[];
}

/**
 * Where the line cannot be written the answer is 503: alone such an answer may lack its line, and
 * may have one, written by a commit whose confirmation did not come.
 */
const UNRECORDED_STATUS = 503;

/** Judges the requests of a round by the lines that are found after it. */
export function judge(asked: readonly Asked[], found: readonly Line[]): Verdict {
  const lines = new Map<string, Line[]>();
  for (const line of found) {
    lines.set(line.requestId, [...(lines.get(line.requestId) ?? []), line]);
  }
  const linesOf = ({ requestId }: Asked) => lines.get(requestId) ?? [];
  const refused = asked.filter(({ status }) => status === UNRECORDED_STATUS);
  const cutOff = asked.filter(({ status }) => status === null);
  const cutOffRecorded = cutOff.filter((one) => linesOf(one).length > 0).length;
  return {
    answered: asked.length - cutOff.length - refused.length,
    refused: refused.length,
    cutOffRecorded,
    cutOffUnrecorded: cutOff.length - cutOffRecorded,
    complaints: asked.flatMap((one) => complaintsOf(one, linesOf(one))),
  };
}

function complaintsOf(
  { requestId, serialNumber, status, isRight }: Asked,
  lines: readonly Line[],
): string[] {
  if (status === null || status === UNRECORDED_STATUS) return [];
  const [line] = lines;
  const said = `${requestId} was answered with ${status}`;
  if (!line) return [`${said}, and has no line`];
  const complaints: string[] = [];
  if (lines.length > 1) complaints.push(`${said}, and has ${lines.length} lines`);
  if (line.status !== status) complaints.push(`${said}, and its line says ${line.status}`);
  if (isRight && !line.devices.includes(serialNumber)) {
    complaints.push(`${said}, and its line does not name ${serialNumber}`);
  }
  return complaints;
}
