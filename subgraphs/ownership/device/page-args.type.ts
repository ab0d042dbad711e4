import { ArgsType, Field, Int } from "type-graphql";
import type { PageArguments } from "../../../shared/page.ts";

@ArgsType()
export class PageArgs implements PageArguments {
  @Field(() => Int, { nullable: true, description: "At most 1000; 50 where nothing is given." })
  first?: number | null;

  @Field(() => String, { nullable: true })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: "Counts from the end." })
  last?: number | null;

  @Field(() => String, { nullable: true })
  before?: string | null;
}
