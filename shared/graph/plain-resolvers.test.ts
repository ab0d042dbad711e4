import { expect, test } from "@jest/globals";
import { graphql } from "graphql";
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Info,
  InputType,
  Int,
  Mutation,
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

@InputType()
class CrateInput {
  @Field(() => Int)
  size!: number;

  @Field(() => String, { nullable: true })
  label?: string | null;
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

  @Mutation(() => String)
  pack(
    @Ctx() { caller }: Asked,
    @Arg("crates", () => [CrateInput]) crates: CrateInput[],
    @Arg("times", () => Int, { defaultValue: 2 }) times: number,
    @Arg("note", () => String, { nullable: true }) note?: string,
  ): string {
    return JSON.stringify([this.unit, caller.subject, crates, times, note ?? "none"]);
  }

  @Mutation(() => String)
  @UseMiddleware(async (_, next) => `<${await next()}>`)
  seal(@Arg("crate", () => CrateInput) { size }: CrateInput): string {
    return `${size}`;
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
      Mutation: grant(["support"], "pack seal"),
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
  const packed = await graphql({
    schema,
    source: "mutation ($crates: [CrateInput!]!) { pack(crates: $crates) seal(crate: { size: 4 }) }",
    variableValues: { crates: [{ label: null, size: 1 }, { size: 2 }] },
    contextValue: { caller },
  });
  expect(packed.errors).toBeUndefined();
  expect(packed.data?.seal).toBe("<4>");
  expect(JSON.parse(String(packed.data?.pack))).toEqual([
    "cm",
    "anna",
    [{ size: 1, label: null }, { size: 2 }],
    2,
    "none",
  ]);
});
