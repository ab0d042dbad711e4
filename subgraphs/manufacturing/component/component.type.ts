import { ArgsType, Directive, Field, ID, InputType, Int, ObjectType } from "type-graphql";
import { Node } from "../../../shared/graph/node.type.ts";
import { PageArgs } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, PageInfo } from "../../../shared/graph/page-info.type.ts";
import { DateTime } from "../../../shared/graph/scalars.ts";
import type { Timestamp } from "../../../shared/time.ts";
import type { ComponentRow } from "./component.store.ts";

@Directive(`@key(fields: "id")`)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "A part, or a lot of parts, as its supplier names it. Unique by supplier, part number and serial number; where it has none, by supplier, part number and supplier lot. It never changes.",
})
export class Component implements Node {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;

  @Field(() => String, { description: "Who made it." })
  supplier!: string;

  @Field(() => String, { description: "The supplier's part number." })
  partNumber!: string;

  @Field(() => String, {
    nullable: true,
    description: "The supplier's serial number of the piece; null for a lot of pieces.",
  })
  serialNumber!: string | null;

  @Field(() => String, { nullable: true, description: "The supplier's lot that it is of, or is." })
  supplierLot!: string | null;

  @Field(() => DateTime, { description: "When it was first recorded, by the database's clock." })
  recordedAt!: Timestamp;

  @Field(() => String, { description: "The subject that recorded it." })
  actor!: string;

  @Field(() => String, { nullable: true, description: "Where it was recorded from." })
  source!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A component in a list." })
export class ComponentEdge {
  @Field(() => String, { description: "Where it stands in the list; opaque." })
  cursor!: string;

  @Field(() => Component, { description: "The component." })
  node!: ComponentRow;
}

@ObjectType({ simpleResolvers: true, description: "A page of components, about as recorded." })
export class ComponentConnection {
  @Field(() => [ComponentEdge], { description: "Those of the page, each with its cursor." })
  edges!: ComponentEdge[];

  @Field(() => [Component], { description: "The components of the page." })
  nodes!: ComponentRow[];

  @Field(() => PageInfo, { description: "Where the page stands in the list." })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: "How many components the whole list has." })
  totalCount!: ConnectionOf<ComponentRow>["totalCount"];
}

@InputType({
  description: "What names one component. Give serialNumber for a piece, supplierLot for a lot.",
})
export class ComponentInput {
  @Field(() => String, { description: "Who made it; at most 256 characters." })
  supplier!: string;

  @Field(() => String, { description: "The supplier's part number; at most 256 characters." })
  partNumber!: string;

  @Field(() => String, { nullable: true, description: "Of the piece; at most 128 characters." })
  serialNumber?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The supplier's lot; at most 256 characters. Beside a serial number: the piece's.",
  })
  supplierLot?: string | null;
}

/** What components have in common, and which page of them. At least one member is given. */
@ArgsType()
export class ComponentsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: "Those of this supplier; exact." })
  supplier?: string | null;

  @Field(() => String, { nullable: true, description: "Those with this part number; exact." })
  partNumber?: string | null;

  @Field(() => String, { nullable: true, description: "Those with this serial number; exact." })
  serialNumber?: string | null;

  @Field(() => String, { nullable: true, description: "Those of this supplier lot; exact." })
  supplierLot?: string | null;
}
