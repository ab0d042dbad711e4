import { Arg, Ctx, Mutation, Query, Resolver } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { excerpt } from "../../../shared/text.ts";
import type { Context } from "../context.ts";
import { assertName, assertValuesCanGroup, judgeDefinition } from "./define-field.ts";
import type { FieldDefinition as Definition } from "./field-definition.ts";
import { FieldDefinition, FieldDefinitionInput } from "./field-definition.type.ts";

@Resolver()
export class FieldDefinitionResolver {
  @Query(() => [FieldDefinition], {
    description: "All custom fields of the tenant by name, retired ones too.",
  })
  fieldDefinitions(@Ctx() { definitions }: Context): Promise<Definition[]> {
    return definitions.all();
  }

  @Mutation(() => FieldDefinition, {
    description:
      "Defines a custom field, or defines it anew: its type stays, grouping cannot be turned off, an ENUM keeps its values. Turning grouping on makes groups of all that is recorded. A retired field comes back.",
  })
  defineField(
    @Arg("input", () => FieldDefinitionInput, { description: "The field." })
    input: FieldDefinitionInput,
    @Ctx() { write }: Context,
  ): Promise<Definition> {
    return write(async ({ definitions }) => {
      await definitions.lock();
      const { field, beginsToGroup } = judgeDefinition(input, await definitions.all());
      if (beginsToGroup) {
        await definitions.holdWriters();
        assertValuesCanGroup(field.name, await definitions.longestValue(field.name));
        await definitions.backfillGroups(field.name);
      }
      return definitions.save(field);
    });
  }

  @Mutation(() => FieldDefinition, {
    description: "Retires a custom field: what is recorded stays, new values are refused.",
  })
  async retireField(
    @Arg("name", () => String, { description: "Of a defined field." })
    name: string,
    @Ctx() { write }: Context,
  ): Promise<Definition> {
    assertName(name);
    const retired = await write(({ definitions }) => definitions.retire(name));
    if (retired) return retired;
    throw new DomainError("NOT_FOUND", `there is no field ${excerpt(name)}`, { field: "name" });
  }
}
