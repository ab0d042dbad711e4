import { Field, Int, ObjectType } from "type-graphql";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { InstallationRow } from "../component/installation.store.ts";
import { ComponentInstallation } from "../component/installation.type.ts";
import type { Revision } from "../device/device-revision.ts";
import { DeviceRevision } from "../device/device-revision.type.ts";

@ObjectType({
  simpleResolvers: true,
  description: "The exact set of devices that criteria give, no more and no fewer.",
})
export class RecallScope {
  @Field(() => DateTime, {
    nullable: true,
    description: "The time whose knowledge counts; null: what is known now.",
  })
  knownAt!: Timestamp | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "How many devices of a scope have one value of a field.",
})
export class ScopeShare {
  @Field(() => String, {
    nullable: true,
    description: "As text; null counts the devices of which none is known.",
  })
  value!: string | null;

  @Field(() => Int, { description: "Exact." })
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: "A part of criteria, by its place in them." })
export class ScopeClause {
  @Field(() => String, { description: "Like allOf[1].field; in a comparison after a. or b." })
  path!: string;

  @Field(() => String, { description: "What it means, in words." })
  sentence!: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "Why a device is in a scope or is left out. Of clauses that it had to meet together the last one to be met put it in; it is left out by the first that it does not meet, or that excludes it.",
})
export class ScopeExplanation {
  @Field(() => String, { description: "The device that was asked about." })
  serialNumber!: string;

  @Field(() => Boolean, { description: "Whether the device is in the scope." })
  affected!: boolean;

  @Field(() => ScopeClause, { description: "What decided." })
  clause!: ScopeClause;

  @Field(() => DeviceRevision, {
    nullable: true,
    description:
      "The revision by which the device has what the clause asks for, or lacks it; null where an installation decided, or nothing was in effect yet.",
  })
  revision!: Revision | null;

  @Field(() => ComponentInstallation, {
    nullable: true,
    description: "The installation that decided; null where a revision did.",
  })
  installation!: InstallationRow | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "Two scopes beside each other: what one has too many, or too few.",
})
export class RecallScopeComparison {
  @Field(() => RecallScope, { description: "Devices of a that are not of b." })
  onlyInA!: RecallScope;

  @Field(() => RecallScope, { description: "Devices of both." })
  inBoth!: RecallScope;

  @Field(() => RecallScope, { description: "Devices of b that are not of a." })
  onlyInB!: RecallScope;
}
