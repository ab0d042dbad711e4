import { expect, test } from "@jest/globals";
import { graphql } from "graphql";
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Info,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
  UseMiddleware,
} from "type-graphql";
import { grant } from "./access.ts";
import { buildSubgraph } from "./build-subgraph.ts";

@ObjectType({ simpleResolvers: true })
class Crate {
  @Field(() => Int)
  size!: number;
}

interface Asked {
  caller: { roles: string[]; subject: string };
}

@Resolver(() => Crate)
class CrateResolver {
  private readonly unit = "cm";

  @Query(() => Crate)
  crate(@Arg("size", () => Int) size: number): Crate {
    return { size };
  }

  @FieldResolver(() => String)
  label(@Root() { size }: Crate): string {
    return `${size} ${this.unit}`;
  }

  @FieldResolver(() => String)
  async seenBy(@Ctx() { caller }: Asked, @Root() { size }: Crate): Promise<string> {
    return `${caller.subject} ${size}`;
  }

  @FieldResolver(() => String)
  place(@Root() { size }: Crate, @Ctx() { caller }: Asked, @Info() info: { fieldName: string }) {
    return `${size} ${caller.subject} ${info.fieldName}`;
  }

  @FieldResolver(() => Int)
  times(@Root() { size }: Crate, @Arg("by", () => Int) by: number): number {
    return size * by;
  }

  @FieldResolver(() => String)
  @UseMiddleware(async (_, next) => `<${await next()}>`)
  wrapped(@Root() { size }: Crate): string {
    return `${size}`;
  }
}

test("a method gets what it asks for, in its own order, whoever calls it", async () => {
  const { schema } = await buildSubgraph({
    resolvers: [CrateResolver],
    types: [Crate],
    references: {},
    access: {
      Query: grant(["support"], "crate"),
      Crate: grant(["support"], "size label seenBy place times wrapped"),
    },
  });
  const source = "{ crate(size: 3) { size label seenBy place times(by: 2) wrapped } }";
  const caller = { roles: ["support"], subject: "anna", tenant: "demo", client: null };
  const { data, errors } = await graphql({ schema, source, contextValue: { caller } });
  expect(errors).toBeUndefined();
  expect(data?.crate).toEqual({
    size: 3,
    label: "3 cm",
    seenBy: "anna 3",
    place: "3 anna place",
    times: 6,
    wrapped: "<3>",
  });
});
