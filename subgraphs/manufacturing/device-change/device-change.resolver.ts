import { Arg, Ctx, Directive, Query, Resolver, Subscription } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { isPlainText } from "../../../shared/text.ts";
import { GROUP_READERS } from "../access.ts";
import type { Context } from "../context.ts";
import { Device } from "../device/device.type.ts";
import { LIMITS } from "../limits.ts";
import { assertGroupable, isGroupField } from "../production-group/production-group.ts";
import { mayGroup } from "../share/partner-sight.ts";
import { isNamingField } from "./device-change.ts";

const FIELD = "A grouping field like lotCode, or serialNumber, or connhexId.";

@Resolver()
export class DeviceChangeResolver {
  /** The gateway answers it: each event is a question for the device, as everybody's is. */
  @Subscription(() => Device, {
    subscribe: () => {
      throw new DomainError("BAD_USER_INPUT", "the gateway answers subscriptions");
    },
    description:
      "Each device that is recorded, corrected or provisioned while its value of a field is this, as it is after the change; also, once, one that loses the value. Several changes in a short time may come as one. Nothing comes of devices that you may not see.",
  })
  deviceChanged(
    @Arg("field", () => String, { description: FIELD }) _field: string,
    @Arg("value", () => String, { description: "Its value; exact." }) _value: string,
  ): Device {
    throw new DomainError("BAD_USER_INPUT", "the gateway answers subscriptions");
  }

  @Directive("@inaccessible")
  @Query(() => Boolean, {
    description:
      "Whether you may be told of changes by this value, of this device where one is named. Refused where you may not follow the field at all.",
  })
  async followable(
    @Arg("field", () => String, { description: FIELD }) field: string,
    @Arg("value", () => String, { description: "Its value; exact." }) value: string,
    @Arg("serialNumber", () => String, { nullable: true, description: "Of a device." })
    serialNumber: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<boolean> {
    await assertMayFollow({ field, value }, context);
    if (serialNumber == null) return true;
    const device = await context.visible(await context.devices.bySerialNumber.load(serialNumber));
    return device !== null && (isNamingField(field) || mayGroup(field, "CURRENT", device));
  }
}

/** A name of a device may be followed by whoever may see one; a group by whoever may read groups. */
async function assertMayFollow(
  { field, value }: { field: string; value: string },
  { caller, partner, definitions }: Context,
): Promise<void> {
  if (!isPlainText(value, LIMITS.groupValueCharacters)) {
    throw new DomainError("BAD_USER_INPUT", "no device has this value", { argument: "value" });
  }
  if (isNamingField(field)) return;
  if (!caller.roles.some((role) => GROUP_READERS.includes(role))) {
    throw new DomainError("FORBIDDEN", "your roles may follow devices by name only");
  }
  // A partner does not even learn which fields group devices.
  if (partner !== null) return;
  assertGroupable(field, isGroupField(field) ? [] : await definitions.all());
}
