import { DomainError, type ErrorCode } from "../shared/domain-error.ts";
import { GATEWAY_LIMITS } from "./limits.ts";

/** A limit that is one figure. */
type LimitName = {
  [Name in keyof typeof GATEWAY_LIMITS]: (typeof GATEWAY_LIMITS)[Name] extends number
    ? Name
    : never;
}[keyof typeof GATEWAY_LIMITS];
/** For each limit the code of its refusal, and what is counted. */
type Refusals<Name extends LimitName> = Readonly<Record<Name, readonly [ErrorCode, string]>>;

/** How these limits are kept: what is beyond one is refused, with both figures in words and beside the code. */
export function limitCheck<Name extends LimitName>(
  refusals: Refusals<Name>,
  sentence: (limit: string, most: number, asked: number) => string,
): (name: Name, asked: number) => void {
  return (name, asked) => {
    const most: number = GATEWAY_LIMITS[name];
    if (asked <= most) return;
    const [code, limit] = refusals[name];
    throw new DomainError(code, sentence(limit, most, asked), { limit, most, asked });
  };
}
