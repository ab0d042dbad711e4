import { bold, count, plural, printable, table } from "../output.ts";
import type { Lot, WalkDevice } from "./walk.ts";

const LABEL_WIDTH = 18;

/** A device as a page of text: the device, its identity and owner, its history, its lot. */
export function devicePage(device: WalkDevice): string {
  const sections = [
    section(`Device ${device.serialNumber}`, deviceLines(device)),
    section("Cloud identity and owner", identityLines(device)),
    section(historyTitle(device), historyLines(device)),
    section(lotTitle(device.lot), lotLines(device)),
  ];
  return sections.join("\n\n");
}

/** The display name of an owner that the caller may see; a dash where there is none to be seen. */
export function ownerName(owner: { displayName: string | null } | null): string {
  if (owner === null) return "–";
  return owner.displayName ?? "(name not shown to this role)";
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

function identityLines({ identity, owner, ownerships, connhexId }: WalkDevice): string[] {
  if (connhexId === null) return ["  not provisioned"];
  const lines: string[] = [];
  if (identity) {
    const named = [identity.name, identity.model].filter(Boolean).join(", ");
    const isProtected = identity.isProtected ? ", protected" : "";
    const since = identity.provisionedAt ? ` since ${minute(identity.provisionedAt)}` : "";
    lines.push(labelled("state", `${identity.state}${since}${isProtected}`));
    if (named !== "") lines.push(labelled("name, model", named));
  } else lines.push(labelled("state", "unknown"));
  const more = [owner?.kind?.toLowerCase(), owner?.country].filter(Boolean).join(", ");
  lines.push(labelled("owner", `${ownerName(owner)}${more === "" ? "" : ` (${more})`}`));
  for (const { from, to, owner: held } of ownerships ?? []) {
    const until = to === null ? "today" : minute(to);
    lines.push(labelled("", `${minute(from)} to ${until}: ${ownerName(held)}`));
  }
  return lines;
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

function lotLines({ lot, serialNumber }: WalkDevice): string[] {
  if (!lot) return ["  none"];
  const nodes = lot.devices?.nodes ?? [];
  const rows = nodes.map((device) => [
    `${device.serialNumber}${device.serialNumber === serialNumber ? " *" : ""}`,
    device.connhexId ?? "–",
    ownerName(device.owner),
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
