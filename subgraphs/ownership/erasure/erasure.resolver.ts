import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from "type-graphql";
import { globalId } from "../../../shared/global-id.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import type { Context } from "../context.ts";
import { eraseOwner } from "./erase-owner.ts";
import { type Erasure as ErasureRow, type ErasureState, stateOfErasure } from "./erasure.ts";
import { Erasure, ErasureConnection, ErasureStateEnum } from "./erasure.type.ts";

@Resolver(() => Erasure)
export class ErasureResolver {
  @Query(() => ErasureConnection, { description: "Every erasure of an owner, oldest first." })
  async erasures(
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() { erasures }: Context,
  ): Promise<ConnectionOf<ErasureRow>> {
    const page = readPage(askedPage(asked), "erasures");
    return connectionOf(page, cutPage(page, await erasures.page(page)), {
      keyOf: ({ erasureId }) => erasureId,
      nodeOf: (erasure) => erasure,
      totalCount: () => erasures.count(),
    });
  }

  @Mutation(() => Erasure, {
    description:
      "Erases an owner (Article 17 GDPR): what is known of him is destroyed with its keys, and his devices are nobody's. Refused with OWNER_ON_HOLD while one of them is in an open recall. An owner who is erased already is answered as he was.",
  })
  eraseOwner(
    @Arg("ownerId", () => ID, { description: "Of an owner." }) ownerId: string,
    @Arg("reason", () => String, {
      description: "Why; it stays, so leave his own data out of it. At most 1,000 characters.",
    })
    reason: string,
    @Arg("overrideHold", () => Boolean, {
      defaultValue: false,
      description: "Also while a recall holds a device of his; the reason says why.",
    })
    overrideHold: boolean,
    @Ctx() context: Context,
  ): Promise<ErasureRow> {
    return eraseOwner(context, ownerId, { reason, overrideHold });
  }

  @FieldResolver(() => ID, { description: "The owner, who is nobody now." })
  ownerId(@Root() { ownerId }: ErasureRow): string {
    return globalId("Owner", ownerId);
  }

  @FieldResolver(() => Boolean, {
    description: "Whether an open recall of a device of his was overridden.",
  })
  isHoldOverridden(@Root() { hold }: ErasureRow): boolean {
    return hold === "OVERRIDDEN";
  }

  @FieldResolver(() => ErasureStateEnum)
  state(@Root() erasure: ErasureRow): ErasureState {
    return stateOfErasure(erasure);
  }
}
