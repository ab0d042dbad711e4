import {
  DomainError,
  ERROR_CODES,
  type ErrorCode,
  isRetryable,
} from "../../../shared/domain-error.ts";
import type { LinkVerdict, Manufacturing } from "./manufacturing-peer.ts";

/** A link between a device and its cloud identity that Manufacturing has yet to confirm. */
export interface HandOver {
  connhexId: string;
  serialNumber: string;
  /** The identity's revision that waits for it. */
  revision: number;
}

/** What Manufacturing said of a link. */
export interface Settlement extends HandOver {
  /** Null where the link stands. */
  refusal: { code: string; message: string } | null;
}

/** A tenant's links that wait. */
export interface HandOvers {
  /** Takes links that are due, oldest first, for the length of a lease. */
  take(): Promise<HandOver[]>;
  /** Lets links wait, longer with each attempt. */
  putOff(links: readonly HandOver[]): Promise<void>;
  /** Makes identities ACTIVE or REFUSED and forgets their links, in one statement. */
  settle(settlements: readonly Settlement[], actor: string): Promise<void>;
}

/** Who settles an identity: this service, by Manufacturing's verdict. */
const ACTOR = "service:ownership";

/**
 * Brings links to Manufacturing and settles their identities by its verdicts. Each step may be
 * repeated, by any process: linking is idempotent, and an identity is settled once.
 * Answers false where Manufacturing could not be asked; the links then wait.
 */
export async function deliver(
  tenant: string,
  links: readonly HandOver[],
  { handOvers, manufacturing }: { handOvers: HandOvers; manufacturing: Manufacturing },
): Promise<boolean> {
  if (links.length === 0) return true;
  let verdicts: LinkVerdict[];
  try {
    verdicts = await manufacturing.link(
      tenant,
      links.map(({ serialNumber, connhexId }) => ({ serialNumber, connhexId })),
    );
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await handOvers.putOff(links);
    return false;
  }
  const byId = new Map(verdicts.map((verdict) => [verdict.connhexId, verdict]));
  const settlements = links.map((link) => settlementOf(link, byId.get(link.connhexId)));
  const said = settlements.filter((settlement) => settlement !== null);
  await handOvers.settle(said, ACTOR);
  await handOvers.putOff(links.filter((_, index) => settlements[index] === null));
  return true;
}

/** What a verdict means for a link; null where it must be tried again. */
export function settlementOf(link: HandOver, verdict: LinkVerdict | undefined): Settlement | null {
  if (!verdict || verdict.serialNumber !== link.serialNumber) return null;
  if (verdict.linked) return { ...link, refusal: null };
  const code = isErrorCode(verdict.code) ? verdict.code : "INTERNAL";
  if (isRetryable(code)) return null;
  return { ...link, refusal: { code, message: verdict.message ?? "refused by Manufacturing" } };
}

function isErrorCode(text: string | null): text is ErrorCode {
  return text !== null && Object.hasOwn(ERROR_CODES, text);
}
