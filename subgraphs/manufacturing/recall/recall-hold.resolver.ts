import { Arg, Ctx, Directive, ID, Query, Resolver } from "type-graphql";
import { assertBatchSize } from "../../../shared/batch-size.ts";
import type { Context } from "../context.ts";
import { LIMITS } from "../limits.ts";

@Resolver()
export class RecallHoldResolver {
  @Directive("@inaccessible")
  @Query(() => [ID], {
    description: "Of these connhexIds, those of devices that an open recall holds.",
  })
  recalledDevices(
    @Arg("connhexIds", () => [ID], { description: "At most 1,000." }) connhexIds: string[],
    @Ctx() { recallHolds }: Context,
  ): Promise<string[]> {
    assertBatchSize(connhexIds.length, LIMITS.rowsPerBatch);
    return recallHolds.held(connhexIds);
  }
}
