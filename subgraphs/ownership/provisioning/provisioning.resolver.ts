import { Arg, Ctx, Mutation, Resolver } from "type-graphql";
import type { Context } from "../context.ts";
import { provisionDevices } from "./provision-devices.ts";
import type { ProvisionOutcome } from "./provisioning.ts";
import { ProvisionBatch, ProvisionInput } from "./provisioning.type.ts";
import { rehearseProvisioning } from "./rehearse-provisioning.ts";

@Resolver()
export class ProvisioningResolver {
  @Mutation(() => ProvisionBatch, {
    description:
      "Gives recorded devices their cloud identities, at most 1,000 at once. Judged row by row; " +
      "the same idempotencyKey with the same rows gives the same verdicts again, without secrets.",
  })
  async provisionDevices(
    @Arg("input", () => [ProvisionInput]) input: ProvisionInput[],
    @Arg("idempotencyKey", () => String, { nullable: true }) key: string | null,
    @Arg("dryRun", () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: "Judges the rows as they would be judged now, and writes nothing, nor the key.",
    })
    isDryRun: boolean | null,
    @Ctx() context: Context,
  ): Promise<ProvisionBatch> {
    const verdicts = isDryRun
      ? await rehearseProvisioning(context, input)
      : await provisionDevices(context, input, key ?? null);
    const count = (outcome: ProvisionOutcome) =>
      verdicts.filter((verdict) => verdict.outcome === outcome).length;
    return {
      verdicts,
      provisioned: count("PROVISIONED"),
      pending: count("PENDING"),
      unchanged: count("UNCHANGED"),
      refused: count("REFUSED"),
    };
  }
}
