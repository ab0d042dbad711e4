import type { Caller } from "../../../shared/caller.ts";
import { DomainError, type ErrorCode } from "../../../shared/domain-error.ts";
import { type Sql, statement } from "../../../shared/postgres/database.ts";
import { assertPlainText } from "../../../shared/text.ts";
import type { DeviceRow } from "../device/device.store.ts";
import {
  type DeviceWriter,
  type Judgement,
  type Row,
  stampOf,
} from "../device/device-writer.store.ts";
import { LIMITS } from "../limits.ts";
import { type CloudIdentityLink, judgeLink } from "./cloud-identity-link.ts";

export interface LinkVerdict extends CloudIdentityLink {
  linked: boolean;
  code: ErrorCode | null;
  message: string | null;
}

const TAKEN = statement(
  "taken_connhex_ids",
  `SELECT value, device_id AS "deviceId" FROM device_identifier
   WHERE tenant = $1 AND kind = 'connhexId' AND value = ANY($2::text[])`,
);

const SOURCE = "provisioning";

/** Links recorded devices to cloud identities, within one transaction. */
export class CloudIdentityLinks {
  constructor(
    private readonly sql: Sql,
    private readonly writer: DeviceWriter,
    private readonly caller: Caller,
  ) {}

  /** Judges every link by itself. What is linked already stays so: repeating changes nothing. */
  async link(links: readonly CloudIdentityLink[]): Promise<LinkVerdict[]> {
    const seen = new Set<string>();
    const fit = links.map((link) => this.unfitness(link, seen));
    const takenBy = await this.devicesOf(links.filter((_, index) => fit[index] === null));
    const rows: (Row<LinkVerdict> & { index: number })[] = links.flatMap((link, index) =>
      fit[index]
        ? []
        : [
            {
              index,
              serialNumber: link.serialNumber,
              judge: (known) => this.judge(link, known, takenBy.get(link.connhexId) ?? null),
            },
          ],
    );
    const settled = await this.writer.settle(rows);
    const verdicts: (LinkVerdict | null)[] = [...fit];
    rows.forEach(({ index }, place) => {
      verdicts[index] = settled[place] ?? null;
    });
    return verdicts.map((verdict, index) => {
      const link = links[index] as CloudIdentityLink;
      return verdict ?? refused(link, lostRace(link));
    });
  }

  private async devicesOf(links: readonly CloudIdentityLink[]): Promise<Map<string, number>> {
    const rows = await this.sql.rows<{ value: string; deviceId: number }>(TAKEN, [
      this.caller.tenant,
      links.map(({ connhexId }) => connhexId),
    ]);
    return new Map(rows.map(({ value, deviceId }) => [value, deviceId]));
  }

  private judge(
    link: CloudIdentityLink,
    known: DeviceRow | null,
    takenBy: number | null,
  ): Judgement<LinkVerdict> {
    try {
      const due = judgeLink(link, known, takenBy);
      const stamp = stampOf(this.caller, { source: SOURCE, effectiveAt: null });
      return {
        result: { ...link, linked: true, code: null, message: null },
        change: due && { ...due, ...stamp },
      };
    } catch (error) {
      return { result: refused(link, error), change: null };
    }
  }

  /** The refusal of a link that names what no device can have, or names it a second time. */
  private unfitness(link: CloudIdentityLink, seen: Set<string>): LinkVerdict | null {
    try {
      assertPlainText("serialNumber", link.serialNumber, LIMITS.serialNumberCharacters);
      assertPlainText("connhexId", link.connhexId, LIMITS.connhexIdCharacters);
      for (const key of [`s ${link.serialNumber}`, `c ${link.connhexId}`]) {
        if (seen.has(key)) {
          throw new DomainError("DUPLICATE_IN_BATCH", `${key.slice(2)} stands in the batch before`);
        }
        seen.add(key);
      }
      return null;
    } catch (error) {
      return refused(link, error);
    }
  }
}

function lostRace({ serialNumber }: CloudIdentityLink): DomainError {
  return new DomainError("CONCURRENT_CHANGE", `${serialNumber} is being changed by others`);
}

function refused(link: CloudIdentityLink, error: unknown): LinkVerdict {
  if (!(error instanceof DomainError)) throw error;
  return { ...link, linked: false, code: error.code, message: error.message };
}
