import { Ctx, FieldResolver, Resolver, Root } from "type-graphql";
import type { Context } from "../context.ts";
import type { DeviceRow } from "../device/device.store.ts";
import { Device } from "../device/device.type.ts";
import type { Revision } from "../device/device-revision.ts";
import { DeviceRevision } from "../device/device-revision.type.ts";
import type { RecallRow } from "../recall/recall.store.ts";
import { Recall } from "../recall/recall.type.ts";
import { provenText } from "./made-proof.ts";

const OF_DEVICE =
  "The proof that its last revision stands in the log, as a file (.tlog-proof) that anybody checks without asking us: `tracegraph verify`. Null with the code NOT_LOGGED_YET for a second after it was recorded.";
const OF_RECALL =
  "The proof that it stands in the log as it was frozen, its devices by their hash, as a file (.tlog-proof) that anybody checks without asking us: `tracegraph verify`. Null with the code NOT_LOGGED_YET for a second after it was frozen.";
const OF_REVISION =
  "The proof that this revision stands in the log, as a file (.tlog-proof) that anybody checks without asking us: `tracegraph verify`. Null where it was composed by asOf, and with the code NOT_LOGGED_YET for a second after it was recorded.";

@Resolver(() => Device)
export class DeviceProofResolver {
  @FieldResolver(() => String, { nullable: true, description: OF_DEVICE })
  async proof(
    @Root() { deviceId, revision }: DeviceRow,
    @Ctx() { proofs }: Context,
  ): Promise<string> {
    return provenText(await proofs.of.load({ deviceId, revision }));
  }
}

@Resolver(() => DeviceRevision)
export class DeviceRevisionProofResolver {
  @FieldResolver(() => String, { nullable: true, description: OF_REVISION })
  async proof(
    @Root() { deviceId, revision, at }: Revision,
    @Ctx() { proofs }: Context,
  ): Promise<string | null> {
    if (at !== undefined) return null;
    return provenText(await proofs.of.load({ deviceId, revision }));
  }
}

@Resolver(() => Recall)
export class RecallProofResolver {
  @FieldResolver(() => String, { nullable: true, description: OF_RECALL })
  async proof(@Root() { recallId }: RecallRow, @Ctx() { recallProofs }: Context): Promise<string> {
    return provenText(await recallProofs.of.load(recallId));
  }
}
