import { Arg, Ctx, Directive, ID, Mutation, Query, Resolver } from "type-graphql";
import { assertBatchSize } from "../../../shared/batch-size.ts";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { LIMITS } from "../limits.ts";
import type { LinkVerdict } from "./provisioning-gate.store.ts";
import {
  CloudIdentityLinkInput,
  CloudIdentityLinkVerdict,
  ProvisioningGate,
} from "./provisioning-gate.type.ts";

@Resolver()
export class ProvisioningGateResolver {
  @Directive("@inaccessible")
  @Query(() => [ProvisioningGate], {
    description:
      "What provisioning must know of these devices, at most 1,000 in all; those that are not recorded are missing from the answer.",
  })
  async provisioningGate(
    @Arg("serialNumbers", () => [String], {
      nullable: true,
      description: "Devices by serial number.",
    })
    serialNumbers: string[] | null,
    @Arg("connhexIds", () => [ID], { nullable: true, description: "Devices by cloud identity." })
    connhexIds: string[] | null,
    @Ctx() { devices }: Context,
  ): Promise<DeviceRow[]> {
    assertBatchSize((serialNumbers?.length ?? 0) + (connhexIds?.length ?? 0), LIMITS.rowsPerBatch);
    const found = await Promise.all([
      ...(serialNumbers ?? []).map((value) => devices.bySerialNumber.load(value)),
      ...(connhexIds ?? []).map((value) => devices.byConnhexId.load(value)),
    ]);
    const known = found.filter((device) => device !== null);
    return [...new Map(known.map((device) => [device.deviceId, device])).values()];
  }

  @Directive("@inaccessible")
  @Mutation(() => [CloudIdentityLinkVerdict], {
    description:
      "Links recorded devices to their cloud identities, each with a revision; at most 1,000. Repeating it changes nothing.",
  })
  linkCloudIdentities(
    @Arg("input", () => [CloudIdentityLinkInput], { description: "One link a device." })
    input: CloudIdentityLinkInput[],
    @Ctx() { write }: Context,
  ): Promise<LinkVerdict[]> {
    assertBatchSize(input.length, LIMITS.rowsPerBatch);
    return write(({ links }) => links.link(input));
  }
}
