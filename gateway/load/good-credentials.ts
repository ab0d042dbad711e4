import { createHash } from "node:crypto";
import { watchSize } from "../../shared/watched-sizes.ts";
import { GATEWAY_LIMITS } from "../limits.ts";

/**
 * Which credentials were good lately. They are checked as ever, but also where strangers at the same
 * address have failed too often: those who share an address with somebody hostile go on working.
 */
export class GoodCredentials {
  /** By hash, with the time of the last use: nobody finds a credential in this memory. */
  private readonly known = new Map<string, number>();

  constructor(private readonly now: () => number = () => performance.now()) {
    watchSize("good_credentials", this.known);
  }

  get size(): number {
    return this.known.size;
  }

  has(credential: string): boolean {
    const usedAt = this.known.get(hashOf(credential));
    return usedAt !== undefined && this.now() - usedAt < GATEWAY_LIMITS.goodCredentialMs;
  }

  /** Notes one that was good just now. The one used longest ago gives way. */
  note(credential: string): void {
    const hash = hashOf(credential);
    this.known.delete(hash);
    this.known.set(hash, this.now());
    const [oldest] = this.known.keys();
    if (this.known.size > GATEWAY_LIMITS.goodCredentials && oldest !== undefined) {
      this.known.delete(oldest);
    }
  }

  forget(credential: string): void {
    this.known.delete(hashOf(credential));
  }
}

function hashOf(credential: string): string {
  return createHash("sha256").update(credential).digest("base64url");
}
