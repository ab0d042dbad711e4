import type { PageOf } from "../../../shared/page.ts";
import type { Context } from "../context.ts";
import type { KnownDevice } from "../device/device-record.ts";
import type { Seen } from "../share/partner-sight.ts";

/**
 * A page of devices as the caller sees them. Whoever gets lists sees all that they hold, and a
 * partner's lists hold only what is shared: this hides fields, and a device whose share ended
 * between two statements.
 */
export async function seenOf<Device extends KnownDevice>(
  page: PageOf<Device>,
  { partner, visible }: Context,
): Promise<PageOf<Seen<Device>>> {
  if (partner === null) return page;
  const rows = await Promise.all(page.rows.map((row) => visible(row)));
  return { ...page, rows: rows.filter((row) => row !== null) };
}
