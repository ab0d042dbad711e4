import { DomainError } from "../domain-error.ts";
import { EXPORT_LIMITS } from "./limits.ts";

/** The exports that are made at once: so many in all, and of one tenant. */
export class ExportPlaces {
  private all = 0;
  private readonly byTenant = new Map<string, number>();

  constructor(private readonly limits: { atOnce: number; ofATenant: number } = EXPORT_LIMITS) {}

  get taken(): number {
    return this.all;
  }

  /** Takes a place and answers how to leave it. Throws OVERLOADED where there is none. */
  take(tenant: string): () => void {
    const { atOnce, ofATenant } = this.limits;
    const own = this.byTenant.get(tenant) ?? 0;
    if (own >= ofATenant) throw full(ofATenant, "of a tenant");
    if (this.all >= atOnce) throw full(atOnce, "of all");
    this.change(tenant, 1);
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.change(tenant, -1);
    };
  }

  private change(tenant: string, by: number): void {
    this.all += by;
    const count = (this.byTenant.get(tenant) ?? 0) + by;
    if (count > 0) this.byTenant.set(tenant, count);
    else this.byTenant.delete(tenant);
  }
}

function full(most: number, whose: string): DomainError {
  const message = `at most ${most} exports ${whose} are made at once; try again when one has ended`;
  return new DomainError("OVERLOADED", message, { limit: "exports", most });
}
