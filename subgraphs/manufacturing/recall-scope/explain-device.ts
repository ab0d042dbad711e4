import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import type { Context } from "../context.ts";
import { inKnowledge, type Revision } from "../device/device-revision.ts";
import type { ScopeQuestion } from "./criteria.ts";
import { asksComponents } from "./criteria.ts";
import { type DeviceHistory, explain } from "./evaluate.ts";
import { phraseOf } from "./sentence.ts";

/** Why a device is in a scope, or is not. */
export interface DeviceExplanation {
  serialNumber: string;
  connhexId: string | null;
  affected: boolean;
  clause: { path: string; sentence: string };
  revision: Revision | null;
  installation: Awaited<ReturnType<Context["installations"]["byId"]["load"]>>;
}

/** Judges one device by its revisions and what it contains, and says what decided. */
export async function explainDevice(
  { criteria, knownAt }: ScopeQuestion,
  serialNumber: string,
  context: Context,
): Promise<DeviceExplanation> {
  const device = await context.visible(await context.devices.bySerialNumber.load(serialNumber));
  const deviceId = device?.deviceId ?? 0;
  const all = device
    ? await context.revisions.range.load({ deviceId, lowest: 1, highest: device.revision })
    : [];
  const [first, ...later] = inKnowledge(all, knownAt);
  if (!device || !first) {
    const when = knownAt === null ? "" : ` by ${knownAt}`;
    throw new DomainError("NOT_FOUND", `no device ${excerpt(serialNumber)} was recorded${when}`);
  }
  const history: DeviceHistory = {
    revisions: [first, ...later],
    contained: asksComponents(criteria)
      ? await context.containedComponents.of(deviceId, knownAt)
      : [],
  };
  const { isMet, decidedBy, revision, component } = explain(criteria, history);
  const { connhexId } = device;
  return {
    serialNumber,
    connhexId,
    affected: isMet,
    clause: { path: decidedBy.path, sentence: phraseOf(decidedBy) },
    revision,
    installation: component && (await context.installations.byId.load(component.installationId)),
  };
}
