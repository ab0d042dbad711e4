import { Arg, Ctx, Int, Mutation, Resolver } from "type-graphql";
import { assertBatchSize } from "../../../shared/batch-size.ts";
import { readReason } from "../../../shared/reason.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";
import type { DeviceRow } from "./device.store.ts";
import { Device } from "./device.type.ts";
import type { Batch } from "./device-batch.ts";
import { DeviceBatch } from "./device-batch.type.ts";
import { DeviceChanges, DeviceRecordInput } from "./device-input.type.ts";

@Resolver()
export class DeviceRecordingResolver {
  @Mutation(() => DeviceBatch, {
    description:
      "Records what is known of devices, at most 1,000 rows. Each row is judged by itself: a refused one loses nothing but itself. The same idempotencyKey with the same content gets the same verdicts again.",
  })
  recordDevices(
    @Arg("input", () => [DeviceRecordInput], { description: "One row a device." })
    input: DeviceRecordInput[],
    @Arg("idempotencyKey", () => String, {
      nullable: true,
      description: "1 to 128 printable ASCII characters, unique within the tenant.",
    })
    key: string | null | undefined,
    @Arg("dryRun", () => Boolean, {
      nullable: true,
      defaultValue: false,
      description: "Judges the rows as they would be judged now, and writes nothing, nor the key.",
    })
    isDryRun: boolean | null,
    @Ctx() { caller, write, recordTogether, rehearsal }: Context,
  ): Promise<Batch> {
    assertBatchSize(input.length, LIMITS.rowsPerBatch);
    if (isDryRun) return rehearsal.record(input, caller);
    const [single] = input;
    if (single && input.length === 1 && recordTogether) return recordTogether(single, key ?? null);
    return write(
      ({ idempotency, recording }) =>
        idempotency.once(key ?? null, { operation: "recordDevices", input }, () =>
          recording.record(input, caller),
        ),
      { newDevices: input.length },
    );
  }

  @Mutation(() => Device, {
    description:
      "Changes what is known of a device, as a new revision with a reason of at most 1,000 characters. Refused with STALE_REVISION, naming the present revision, unless the device is at expectedRevision.",
  })
  async correctDevice(
    @Arg("serialNumber", () => String, { description: "Of a recorded device." })
    serialNumber: string,
    @Arg("changes", () => DeviceChanges, { description: "The fields that change." })
    changes: DeviceChanges,
    @Arg("reason", () => String, { description: "Why; kept with the revision." })
    reason: string,
    @Arg("expectedRevision", () => Int, { description: "The revision that you looked at." })
    expectedRevision: number,
    @Ctx() { caller, write, devices }: Context,
  ): Promise<DeviceRow | null> {
    const why = { reason: readReason(reason, LIMITS.reasonCharacters), expectedRevision };
    const said = { statement: { ...changes, serialNumber }, caller };
    await write(({ recording }) => recording.correct(said, why));
    return devices.bySerialNumber.load(serialNumber);
  }
}
