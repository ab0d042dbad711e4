import { ArgsType, Field, Int } from "type-graphql";
import type { PageArguments } from "../page.ts";

/** Which page of a list, as Relay's Cursor Connections Specification asks for it. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: 50,
    description: "From the start: 1 to 1,000.",
  })
  first!: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes after this cursor." })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: "From the end: 1 to 1,000, instead of first." })
  last?: number | null;

  @Field(() => String, { nullable: true, description: "Only what comes before this cursor." })
  before?: string | null;
}

/** The arguments without the default of `first`, where `last` was asked for. */
export function askedPage({ first, ...asked }: PageArgs): PageArguments {
  return asked.last == null ? { ...asked, first } : asked;
}
