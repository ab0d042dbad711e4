import { bold, count, plural, printable, table } from "../output.ts";
import type { Lot, Owner, Ownership, WalkDevice } from "./walk.ts";

const LABEL_WIDTH = 18;

/**
 * A device as a page of text: the device, its identity and owner, its history, its lot. Where the
 * answer is not whole, what is not there is unknown, and must not look like nothing.
 */
export function devicePage(device: WalkDevice, { isWhole }: { isWhole: boolean }): string {
  const sections = [
    section(`Device ${device.serialNumber}`, deviceLines(device)),
    section("Cloud identity and owner", identityLines(device, isWhole)),
    section(historyTitle(device), historyLines(device)),
    section(lotTitle(device.lot), lotLines(device, isWhole)),
  ];
  return sections.join("\n\n");
}

/** Who owns a device, as far as the caller may see it. Only what is provisioned can have an owner. */
export function ownerName(
  { connhexId, owner }: { connhexId: string | null; owner: Owner | null },
  isWhole = true,
): string {
  if (owner) return owner.displayName ?? "(name not shown)";
  return isWhole || connhexId === null ? "–" : "unknown";
}

function section(title: string, lines: readonly string[]): string {
  return [bold(printable(title)), ...lines].join("\n");
}

function deviceLines(device: WalkDevice): string[] {
  const facts: [string, string | null][] = [
    ["connhexId", device.connhexId],
    ["part number", device.partNumber],
    ["PCB part number", device.pcbPartNumber],
    ["hardware revision", device.hardwareRevision],
    ["firmware (factory)", device.fwVersion],
    ["type", device.deviceType],
    ["lot", device.lotCode],
    ["work order", device.workOrder],
    ["production order", device.productionOrder],
    ["pallet", device.palletId],
    ["package", device.packageId],
    ["phase", device.phase],
    ["disposition", device.disposition],
    ["recall", recallText(device)],
    ["produced", device.producedAt && minute(device.producedAt)],
    ["site, line", [device.site, device.line].filter(Boolean).join(", ") || null],
  ];
  const attributes = Object.entries(device.attributes ?? {}).map(
    ([name, value]): [string, string] => [name, String(value)],
  );
  return [...facts, ...attributes].flatMap(([label, value]) =>
    value === null || value === "" ? [] : [labelled(label, value)],
  );
}

/** Whether it is recalled, and by which recalls. What is not known is never clear. */
function recallText({ recallStatus, recalls }: WalkDevice): string {
  const open = (recalls ?? []).filter(({ state }) => state === "OPEN");
  const named = open.map(({ title, frozenAt }) => `${title} (${frozenAt.slice(0, 10)})`).join(", ");
  return `${recallStatus ?? "UNKNOWN"}${named === "" ? "" : `: ${named}`}`;
}

function identityLines(device: WalkDevice, isWhole: boolean): string[] {
  const { identity, owner, ownerships } = device;
  if (device.connhexId === null) return ["  not provisioned"];
  const lines: string[] = [];
  if (identity) {
    const named = [identity.name, identity.model].filter(Boolean).join(", ");
    const isProtected = identity.isProtected ? ", protected" : "";
    const since = identity.provisionedAt ? ` since ${minute(identity.provisionedAt)}` : "";
    lines.push(labelled("state", `${identity.state}${since}${isProtected}`));
    if (named !== "") lines.push(labelled("name, model", named));
  } else lines.push(labelled("state", "unknown"));
  const more = [owner?.kind?.toLowerCase(), owner?.country].filter(Boolean).join(", ");
  lines.push(labelled("owner", `${ownerName(device, isWhole)}${more === "" ? "" : ` (${more})`}`));
  return [...lines, ...(ownerships ?? []).map(ownershipLine)];
}

function ownershipLine({ from, to, owner }: Ownership, index: number): string {
  const until = to === null ? "today" : minute(to);
  const label = index === 0 ? "owned" : "";
  return labelled(
    label,
    `${minute(from)} to ${until}: ${owner?.displayName ?? "(name not shown)"}`,
  );
}

function historyTitle({ history, revision }: WalkDevice): string {
  const shown = history?.nodes.length ?? 0;
  if (!history || shown === history.totalCount) return `History (revision ${revision})`;
  return `History (revision ${revision}; the first ${shown} of ${count(history.totalCount)})`;
}

function historyLines({ history }: WalkDevice): string[] {
  if (!history) return ["  cannot be shown"];
  const rows = history.nodes.map((revision) => [
    String(revision.revision),
    minute(revision.recordedAt),
    revision.actor ?? "–",
    (revision.changed ?? []).join(", "),
    revision.reason ?? revision.source ?? "",
  ]);
  return indent(table(["rev", "recorded (UTC)", "by", "changed", "reason or source"], rows));
}

function lotTitle(lot: Lot | null): string {
  return lot ? `Lot ${lot.value} (${plural(lot.deviceCount, "device")})` : "Lot";
}

function lotLines({ lot, serialNumber }: WalkDevice, isWhole: boolean): string[] {
  if (!lot) return ["  none"];
  const nodes = lot.devices?.nodes ?? [];
  const rows = nodes.map((device) => [
    `${device.serialNumber}${device.serialNumber === serialNumber ? " *" : ""}`,
    device.connhexId ?? "–",
    ownerName(device, isWhole),
  ]);
  const left = lot.deviceCount - nodes.length;
  const rest = `  and ${count(left)} more: tracegraph siblings ${printable(serialNumber)}`;
  const lines = indent(table(["serial number", "connhexId", "owner"], rows));
  return left > 0 ? [...lines, rest] : lines;
}

function indent(text: string): string[] {
  return text.split("\n").map((line) => `  ${line}`);
}

function labelled(label: string, value: string): string {
  return `  ${printable(label).padEnd(LABEL_WIDTH)} ${printable(value)}`;
}

/** `2026-01-31 08:00`, in UTC as the gateway gives it. */
function minute(timestamp: string): string {
  return timestamp.slice(0, 16).replace("T", " ");
}
