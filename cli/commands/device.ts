import { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { type ConnectionOptions, connect, withConnection } from "../connection.ts";
import { devicePage } from "../device/device-page.ts";
import { deviceByConnhexId, deviceBySerialNumber, type WalkAnswer } from "../device/walk.ts";
import { errorOf } from "../gateway-client.ts";
import { note, print, printable, printJson } from "../output.ts";

const DESCRIPTION = `Shows one device by its connhexId or serial number: what it is, its cloud identity and owner, its
production history, and the other devices of its lot with their owners.

Examples:
  tracegraph device 3f0c9a52-6a0e-4f0e-9f39-2d0c4f6f8a11
  tracegraph device SN-000042
  tracegraph device SN-000042 --json | jq .data.device.history`;

export function deviceCommand(): Command {
  const command = new Command("device")
    .description(DESCRIPTION)
    .argument("<id>", "a connhexId, or else a serial number");
  return withConnection(command).action(showDevice);
}

async function showDevice(id: string, options: ConnectionOptions): Promise<void> {
  const { gateway } = await connect(options, ["support"]);
  let answer = await gateway.askPartly<WalkAnswer>(deviceByConnhexId, { id });
  if (isUnknown(answer)) answer = await gateway.askPartly(deviceBySerialNumber, { id });
  const { data, errors } = answer;
  if (!data.device) throw errors[0] ? errorOf(errors[0]) : unknownDevice(id);
  if (options.json) {
    printJson({ data, ...(errors.length > 0 && { errors }) });
    return;
  }
  print(devicePage(data.device, { isWhole: errors.length === 0 }));
  for (const message of new Set(errors.map((error) => error.message))) {
    note(printable(`note: a part is missing: ${message}`));
  }
}

function unknownDevice(id: string): CliError {
  return new CliError("NOT_FOUND", `no device has the connhexId or serial number ${id}`, {
    advice: "Check the identifier; devices of other tenants cannot be seen.",
  });
}

/** Nothing was found, and nothing stood in the way of finding it. */
function isUnknown({ data, errors }: { data: WalkAnswer; errors: readonly unknown[] }): boolean {
  return data.device === null && errors.length === 0;
}
