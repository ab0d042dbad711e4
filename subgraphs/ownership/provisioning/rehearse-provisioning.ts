import { DomainError } from "../../../shared/domain-error.ts";
import type { Context } from "../context.ts";
import { NO_SECRETS } from "./proven-secrets.ts";
import {
  type AnsweredVerdict,
  askGate,
  judgeRows,
  prepareRows,
  refuseAll,
} from "./provision-devices.ts";
import { assertBatch, type GateRow, judgeForms, type ProvisionText } from "./provisioning.ts";

/**
 * The verdicts that provisioning these devices would get now, each by itself. Nothing is written:
 * an identity that would be made has no connhexId yet, unless its row brings one, and no secrets.
 */
export async function rehearseProvisioning(
  context: Context,
  given: readonly ProvisionText[],
): Promise<AnsweredVerdict[]> {
  assertBatch(given, null);
  const forms = judgeForms(given);
  const asked = await askGate(
    context,
    given.filter((_, index) => !forms[index]),
  );
  if (asked instanceof DomainError) return refuseAll(given, forms, asked);
  const recorded = withAssumed(asked, given);
  const rows = prepareRows(given, forms, recorded);
  const standing = await context.provisioning.standing(
    rows.map((row) => row.given.serialNumber),
    rows.map(({ connhexId }) => connhexId),
  );
  const { verdicts, identities } = judgeRows(context, standing, { rows, forms, recorded });
  const made = new Set(identities.map(({ connhexId }) => connhexId));
  return verdicts.map((row) => {
    if (row.connhexId === null || !made.has(row.connhexId)) return { ...row, ...NO_SECRETS };
    const connhexId = given[row.index]?.connhexId ?? null;
    return { ...row, outcome: "PROVISIONED", connhexId, ...NO_SECRETS };
  });
}

/** Devices that are recorded, and those that the caller asks to take for recorded. */
function withAssumed(
  recorded: ReadonlyMap<string, GateRow>,
  given: readonly ProvisionText[],
): Map<string, GateRow> {
  const all = new Map(recorded);
  for (const { serialNumber, ifRecordedAs } of given) {
    if (ifRecordedAs == null || recorded.has(serialNumber)) continue;
    all.set(serialNumber, { serialNumber, connhexId: null, disposition: ifRecordedAs });
  }
  return all;
}
