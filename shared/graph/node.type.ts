import { Field, ID, InterfaceType } from "type-graphql";

@InterfaceType({ description: "Anything with a global id (Relay's Node)." })
export abstract class Node {
  @Field(() => ID, { description: "Opaque; unique among all types of the graph." })
  id!: string;
}
