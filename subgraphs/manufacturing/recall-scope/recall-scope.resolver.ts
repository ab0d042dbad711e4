import type { GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from "type-graphql";
import { asksOfNodesOnly } from "../../../shared/graph/asked-of-nodes.ts";
import { askedPage, PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Context } from "../context.ts";
import { type DeviceRow, NAMING_FIELDS } from "../device/device.store.ts";
import { DeviceConnection } from "../device/device.type.ts";
import { seenOf } from "../visibility/seen.ts";
import { checkedCriteria } from "./checked-criteria.ts";
import { comparisonOf } from "./compare-scopes.ts";
import type { Criteria, ScopeQuestion } from "./criteria.ts";
import { explainDevice } from "./explain-device.ts";
import { RecallCriteria } from "./recall-criteria-input.type.ts";
import {
  RecallScope,
  RecallScopeComparison,
  ScopeExplanation,
  ScopeShare,
} from "./recall-scope.type.ts";
import { breakDown } from "./scope-breakdown.ts";
import { sentenceOf } from "./sentence.ts";

@Resolver(() => RecallScope)
export class RecallScopeResolver {
  @Query(() => RecallScope, {
    description:
      "The exact set of devices that criteria give. UNKNOWN_VALUE where they name something that never existed, so that a mistyped lot never reads as none affected.",
  })
  async recallScope(
    @Arg("criteria", () => RecallCriteria, { description: "Which devices are affected." })
    criteria: RecallCriteria,
    @Arg("knownAt", () => DateTime, {
      nullable: true,
      description: "As the record was known then; as it is known now unless given.",
    })
    knownAt: Timestamp | null | undefined,
    @Ctx() context: Context,
  ): Promise<ScopeQuestion> {
    return scopeOf(criteria, knownAt ?? null, context);
  }

  @Query(() => RecallScopeComparison, {
    description: "What two criteria give beside each other: too much, too little, or the same.",
  })
  async compareRecallScopes(
    @Arg("a", () => RecallCriteria, { description: "The one." }) a: RecallCriteria,
    @Arg("b", () => RecallCriteria, { description: "The other." }) b: RecallCriteria,
    @Arg("knownAt", () => DateTime, {
      nullable: true,
      description: "As the record was known then; as it is known now unless given.",
    })
    knownAt: Timestamp | null | undefined,
    @Ctx() context: Context,
  ): Promise<ReturnType<typeof comparisonOf>> {
    const known = knownAt ?? null;
    const one = await scopeOf(a, known, context, "a");
    const other = await scopeOf(b, known, context, "b");
    return comparisonOf(one.criteria, other.criteria, known);
  }

  @FieldResolver(() => Int, { description: "How many devices it has; exact." })
  count(@Root() scope: ScopeQuestion, @Ctx() { scopes }: Context): Promise<number> {
    return scopes.count(scope);
  }

  @FieldResolver(() => String, { description: "What the criteria mean, in words." })
  sentence(@Root() { criteria, knownAt }: ScopeQuestion): string {
    return sentenceOf(criteria, knownAt);
  }

  @FieldResolver(() => [ScopeShare], {
    nullable: true,
    description:
      "How many of its devices have which value, as known then: the most frequent first. All shares together are its count. By a built-in field of few values, a groupable custom field, provisioned, or ownerCountry (of the owners now; alone refused with SUBGRAPH_UNAVAILABLE where Ownership cannot be asked).",
  })
  breakdown(
    @Root() scope: ScopeQuestion,
    @Arg("by", () => String, { description: "A field, provisioned, or ownerCountry." }) by: string,
    @Arg("first", () => Int, {
      defaultValue: 50,
      description: "The most frequent values; 1 to 1,000.",
    })
    first: number,
    @Ctx() context: Context,
  ): Promise<ScopeShare[]> {
    return breakDown(scope, { by, first }, context);
  }

  @FieldResolver(() => DeviceConnection, {
    description:
      "Its devices as they are now, in about the order in which they were first recorded.",
  })
  async devices(
    @Root() scope: ScopeQuestion,
    @Args(() => PageArgs) asked: PageArgs,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ConnectionOf<DeviceRow>> {
    const { scopes } = context;
    const page = readPage(askedPage(asked), `recall scope ${JSON.stringify(scope)}`);
    const columns = asksOfNodesOnly(NAMING_FIELDS, info) ? "NAMES" : "ALL";
    const rows = await scopes.page(scope, page, columns);
    return connectionOf(page, await seenOf(cutPage(page, rows), context), {
      keyOf: ({ deviceId }) => deviceId,
      nodeOf: (device) => device,
      totalCount: () => scopes.count(scope),
    });
  }

  @FieldResolver(() => ScopeExplanation, {
    nullable: true,
    description: "Why a device is in it or not. NOT_FOUND where it was not recorded by then.",
  })
  explain(
    @Root() scope: ScopeQuestion,
    @Arg("serialNumber", () => String, { description: "Of the device; exact." })
    serialNumber: string,
    @Ctx() context: Context,
  ): Promise<ScopeExplanation> {
    return explainDevice(scope, serialNumber, context);
  }
}

/** The question that criteria ask; `name` is the argument, where there are several. */
async function scopeOf(
  given: RecallCriteria,
  knownAt: Timestamp | null,
  context: Context,
  name = "",
): Promise<ScopeQuestion> {
  const criteria: Criteria = await checkedCriteria(given, context, { knownAt, place: name });
  return { criteria, knownAt };
}
