import { DomainError } from "../../../shared/domain-error.ts";
import { LIMITS } from "../limits.ts";

/** A station, as far as its name and its numbers go. */
export interface StationNumbers {
  station: string;
  journal: string;
  firstSequence: number;
  scanCount: number;
  lastSequence: number;
}

/** The highest number that GraphQL and the table can say. */
const SEQUENCE_MOST = 2_147_483_647;

/** Numbers below the last one that never arrived: scans that wait in a journal, or are lost with it. */
export function gapsOf({ scanCount, lastSequence }: StationNumbers): number {
  return lastSequence - scanCount;
}

/**
 * The first number of a journal that takes over the station's name; null where it has the name
 * already. Throws STATION_NAME_TAKEN where it had it before: its numbers would be given out twice;
 * LIMIT_EXCEEDED where no number is left.
 */
export function judgeHandOver(
  present: StationNumbers,
  journal: string,
  formerJournals: readonly string[],
): number | null {
  if (present.journal === journal) return null;
  if (formerJournals.includes(journal)) {
    throw new DomainError(
      "STATION_NAME_TAKEN",
      `this journal had the name ${present.station} before, and gave it up`,
      { station: present.station },
    );
  }
  if (present.lastSequence >= SEQUENCE_MOST) {
    throw new DomainError(
      "LIMIT_EXCEEDED",
      `the numbers of ${present.station} are used up: give the station another name`,
      { most: SEQUENCE_MOST },
    );
  }
  return present.lastSequence + 1;
}

/** Refuses more stations than a tenant can have. */
export function assertMayBegin(known: number, fresh: number): void {
  if (fresh === 0 || known + fresh <= LIMITS.stations) return;
  throw new DomainError(
    "LIMIT_EXCEEDED",
    `a tenant has at most ${LIMITS.stations} stations, and ${known} have names`,
    { most: LIMITS.stations, asked: known + fresh },
  );
}
