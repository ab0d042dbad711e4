import { DomainError } from "../../../shared/domain-error.ts";

/** The proof of something recorded, or why there is none. */
export type MadeProof =
  | { state: "PROVEN"; text: string }
  /** It was recorded a moment ago. */
  | { state: "NOT_LOGGED_YET" }
  /** The row says something else than its entry in the log: somebody has changed it. */
  | { state: "DIFFERS" };

/** The proof's text. What has none is refused by what is the matter: it never reads as "nothing to prove". */
export function provenText(proof: MadeProof): string {
  switch (proof.state) {
    case "PROVEN":
      return proof.text;
    case "NOT_LOGGED_YET":
      throw new DomainError("NOT_LOGGED_YET", "this is not in the log yet");
    case "DIFFERS":
      throw new DomainError(
        "LOG_DIFFERS",
        "the record says something else than its entry in the log",
      );
  }
}
