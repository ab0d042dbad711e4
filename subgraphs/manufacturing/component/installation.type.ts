import { ArgsType, Directive, Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { Outcome } from "../device/device-batch.ts";
import { OutcomeEnum } from "../device/device-batch.type.ts";
import type { Membership } from "../production-group/production-group.ts";
import { MembershipEnum } from "../production-group/production-group.type.ts";
import { ComponentInput } from "./component.type.ts";
import type { InstallationRow } from "./installation.store.ts";

@ObjectType({ description: "What can be installed, or have something in it: one member is given." })
export class Item {}

@ObjectType({ simpleResolvers: true, description: "That an installation ended, and why." })
export class ComponentRemoval {
  @Field(() => DateTime, { description: "Until when it was installed." })
  removedAt!: Timestamp;

  @Field(() => DateTime, { description: "When that was recorded, by the database's clock." })
  recordedAt!: Timestamp;

  @Field(() => String, { description: "The subject that recorded it." })
  actor!: string;

  @Field(() => String, { description: "Why it was removed." })
  reason!: string;
}

@Directive(`@key(fields: "id")`)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "That a component, or a device, was put into another one. It never changes; where it ended, its removal says so.",
})
export class ComponentInstallation implements Node {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;

  @Field(() => String, { nullable: true, description: "Where in the parent, as it was told." })
  position!: string | null;

  @Field(() => Float, { description: "How much of the child." })
  quantity!: number;

  @Field(() => String, { nullable: true, description: "Of the quantity; null: pieces." })
  measure!: string | null;

  @Field(() => DateTime, { description: "From when on it was installed." })
  installedAt!: Timestamp;

  @Field(() => DateTime, { description: "When that was recorded, by the database's clock." })
  recordedAt!: Timestamp;

  @Field(() => String, { description: "The subject that recorded it." })
  actor!: string;

  @Field(() => String, { nullable: true, description: "Where it was recorded from." })
  source!: string | null;

  @Field(() => ComponentRemoval, { nullable: true, description: "null: it is installed." })
  removal!: InstallationRow["removal"];
}

@ObjectType({ simpleResolvers: true, description: "An installation in a list." })
export class ComponentInstallationEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => ComponentInstallation, { description: "The installation." })
  node!: InstallationRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of installations, about as recorded." })
export class ComponentInstallationConnection {
  @Field(() => [ComponentInstallationEdge], { description: "Those of the page, with cursors." })
  edges!: ComponentInstallationEdge[];

  @Field(() => [ComponentInstallation], { description: "The installations of the page." })
  nodes!: InstallationRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many installations the whole list has." })
  totalCount!: ConnectionOf<InstallationRow>["totalCount"];
}

/** Which installations of an item, and which page of them. */
@ArgsType()
export class InstallationsArgs extends PageArgs {
  @Field(() => MembershipEnum, {
    defaultValue: "CURRENT",
    description: "CURRENT: those without a removal. EVER: all.",
  })
  membership!: Membership;

  @Field(() => DateTime, {
    nullable: true,
    description: "With CURRENT: those that were installed at this time.",
  })
  at?: Timestamp | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "As it was known then; now unless given.",
  })
  knownAt?: Timestamp | null;
}

@InputType({ description: "A device or a component. Give exactly one." })
export class ItemInput {
  @Field(() => String, { nullable: true, description: "Serial number of a recorded device." })
  device?: string | null;

  @Field(() => ComponentInput, {
    nullable: true,
    description: "A component; it is recorded where it is not known yet.",
  })
  component?: ComponentInput | null;

  @Field(() => ID, { nullable: true, description: "The id of a device or component." })
  id?: string | null;
}

@InputType({ description: "That something was put into something." })
export class InstallationInput {
  @Field(() => ItemInput, { description: "Into what." })
  parent!: ItemInput;

  @Field(() => ItemInput, { description: "What was put in." })
  child!: ItemInput;

  @Field(() => String, { nullable: true, description: "Where; at most 128 characters." })
  position?: string | null;

  @Field(() => Float, { nullable: true, description: "How much of it; 1 unless given." })
  quantity?: number | null;

  @Field(() => String, { nullable: true, description: "Of the quantity; pieces unless given." })
  measure?: string | null;

  @Field(() => DateTime, { nullable: true, description: "Now unless given." })
  installedAt?: Timestamp | null;

  @Field(() => String, {
    nullable: true,
    description: "Where this is known from; the client unless given.",
  })
  source?: string | null;
}

@InputType({ description: "What takes the place of what was installed." })
export class ReplacementInput {
  @Field(() => ItemInput, { description: "What was put into its place." })
  child!: ItemInput;

  @Field(() => Float, { nullable: true, description: "As much as before unless given." })
  quantity?: number | null;

  @Field(() => String, { nullable: true, description: "As before unless a quantity is given." })
  measure?: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it was replaced; now unless given." })
  replacedAt?: Timestamp | null;

  @Field(() => String, {
    nullable: true,
    description: "Where this is known from; the client unless given.",
  })
  source?: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The answer to one row of a batch." })
export class InstallationVerdict {
  @Field(() => Int, { description: "The row, from 0, in the order of the input." })
  index!: number;

  @Field(() => OutcomeEnum, { description: "What became of the row: never REVISED." })
  outcome!: Outcome;

  @Field(() => String, { nullable: true, description: "Why it was refused: a code for programs." })
  code!: string | null;

  @Field(() => String, { nullable: true, description: "Why it was refused: a text for people." })
  message!: string | null;

  @Field(() => String, { nullable: true, description: "The field at fault." })
  field!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "The answer to a batch: one verdict a row." })
export class InstallationBatch {
  @Field(() => [InstallationVerdict], { description: "In the order of the input." })
  verdicts!: InstallationVerdict[];

  @Field(() => Int, { description: "Rows that recorded an installation." })
  recorded!: number;

  @Field(() => Int, { description: "Rows whose content was known already." })
  unchanged!: number;

  @Field(() => Int, { description: "Rows that were refused; all others stand." })
  refused!: number;
}
