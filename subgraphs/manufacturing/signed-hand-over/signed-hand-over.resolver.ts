import type { GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from "type-graphql";
import { assertBatchSize } from "../../../shared/batch-size.ts";
import type { Context } from "../context.ts";
import type { Batch } from "../device/device-batch.ts";
import { DeviceBatch } from "../device/device-batch.type.ts";
import type { Revision } from "../device/device-revision.ts";
import { DeviceRevision } from "../device/device-revision.type.ts";
import { LIMITS } from "../limits.ts";
import { isFlagged } from "../signing-key/signing-key.ts";
import { deviceInputReader } from "./device-input-reader.type.ts";
import { openSignedDevices } from "./open-signed-devices.ts";
import { recordSignedDevices } from "./record-signed-devices.ts";
import { HandOverSigner, SignedDeviceInput } from "./signed-hand-over.type.ts";

@Resolver(() => DeviceRevision)
export class SignedHandOverResolver {
  @Mutation(() => DeviceBatch, {
    description:
      "Records devices from payloads that a station, scanner or partner signed, at most 1,000 rows, each judged by itself as by recordDevices. The signed bytes are kept. A payload that came before, signed by the same key, is UNCHANGED, with the revision of then.",
  })
  async recordSignedDevices(
    @Arg("input", () => [SignedDeviceInput], { description: "One row a device." })
    input: SignedDeviceInput[],
    @Ctx() { caller, signingKeys, write }: Context,
    @Info() { schema }: GraphQLResolveInfo,
  ): Promise<Batch> {
    assertBatchSize(input.length, LIMITS.rowsPerBatch);
    const opened = await openSignedDevices(input, signingKeys.byId, deviceInputReader(schema));
    return write((tx) => recordSignedDevices(tx, opened, caller), { newDevices: input.length });
  }

  @FieldResolver(() => HandOverSigner, {
    nullable: true,
    description:
      "By whose signature it was handed over; null where it came without one, and for a state that asOf composed.",
  })
  async signedBy(
    @Root() { deviceId, revision, at }: Revision,
    @Ctx() { signatures }: Context,
  ): Promise<HandOverSigner | null> {
    const signer =
      at === undefined ? await signatures.ofRevision.load({ deviceId, revision }) : null;
    if (!signer) return null;
    const { keyId: key, name, role, algorithm, recordedAt } = signer;
    return { key, name, role, algorithm, isFlagged: isFlagged(signer, recordedAt) };
  }
}
