import type { Outcome, Whose } from "./expected.ts";
import type { Names, Place, Values } from "./world.ts";

/** A row to call a mutation on. */
export type Target = Names & { claimCode?: string };

/** A mutation, asked of a row in a way that the rules allow wherever the roles do. */
export interface MutationCase {
  name: string;
  operation?: "query";
  /** Its subgraph; the gateway where nobody reaches it otherwise. */
  place: Place;
  /** The document up to its answer, without the word of the operation. */
  text: string;
  /** All fields of the answer that nothing else answers; empty for a list of ids. */
  answer: string;
  variables(target: Target, more: { whose: Whose; serial: number }): Values;
  /** What of a row the mutation is asked of; fresh ones where it would change it. */
  asked: readonly Whose[];
  /** Whether it takes a device that has no owner yet. */
  ofNobody?: boolean;
  /** What comes of it for roles that may call it. */
  outcome(whose: Whose, who: { isOwner: boolean; isStaff: boolean }): Outcome;
}

export const EVERY_ROW = ["MINE", "OTHERS", "FOREIGN", "NOTHING"] as const;
export const NO_ROW = ["MINE"] as const;
export const exists = (whose: Whose) => whose === "MINE" || whose === "OTHERS";
export const elseRefused = (code: string) => (whose: Whose) =>
  exists(whose) ? "VALUE" : (`REFUSED ${code}` as const);
