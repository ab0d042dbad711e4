import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from "type-graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import { globalId, numberOfGlobalId } from "../../../shared/global-id.ts";
import { askedPage } from "../../../shared/graph/page-arguments.type.ts";
import { type ConnectionOf, connectionOf } from "../../../shared/graph/page-info.type.ts";
import { cutPage, readPage } from "../../../shared/page.ts";
import { COMPONENT_READERS } from "../access.ts";
import type { Context } from "../context.ts";
import type { ComponentRow } from "./component.store.ts";
import { readComponent, readFilter } from "./component.ts";
import { Component, ComponentConnection, ComponentsArgs } from "./component.type.ts";

/** The component that an id names, for whoever reads components. */
export async function componentOfReference(
  { id }: { id?: string | null },
  { caller, components }: Context,
): Promise<ComponentRow | null> {
  const componentId = numberOfGlobalId("Component", id ?? "");
  const mayRead = caller.roles.some((role) => COMPONENT_READERS.includes(role));
  return componentId === null || !mayRead ? null : components.byId.load(componentId);
}

@Resolver(() => Component)
export class ComponentResolver {
  @Query(() => Component, {
    nullable: true,
    description:
      "One component: by id, or by supplier and partNumber with either serialNumber or, for a lot without one, supplierLot. Null where there is none.",
  })
  async component(
    @Arg("id", () => ID, { nullable: true, description: "Of a component." })
    id: string | null | undefined,
    @Arg("supplier", () => String, { nullable: true, description: "Who made it; exact." })
    supplier: string | null | undefined,
    @Arg("partNumber", () => String, { nullable: true, description: "The supplier's; exact." })
    partNumber: string | null | undefined,
    @Arg("serialNumber", () => String, { nullable: true, description: "Of the piece; exact." })
    serialNumber: string | null | undefined,
    @Arg("supplierLot", () => String, { nullable: true, description: "Of the lot; exact." })
    supplierLot: string | null | undefined,
    @Ctx() context: Context,
  ): Promise<ComponentRow | null> {
    const given = [supplier, partNumber, serialNumber, supplierLot].filter((one) => one != null);
    if (id != null && given.length === 0) return componentOfReference({ id }, context);
    const isPiece = serialNumber != null && supplierLot == null;
    const isLot = serialNumber == null && supplierLot != null;
    if (id != null || supplier == null || partNumber == null || isPiece === isLot) {
      throw new DomainError(
        "BAD_USER_INPUT",
        "give id, or supplier and partNumber with either serialNumber or supplierLot",
      );
    }
    const { name } = readComponent({ supplier, partNumber, serialNumber, supplierLot }, "asked");
    return context.components.byName.load(name);
  }

  @Query(() => ComponentConnection, {
    description: "The components that have all that is given: at least one argument.",
  })
  async components(
    @Args(() => ComponentsArgs) { supplier, partNumber, ...asked }: ComponentsArgs,
    @Ctx() { components }: Context,
  ): Promise<ConnectionOf<ComponentRow>> {
    const { serialNumber, supplierLot, ...paging } = asked;
    const filter = readFilter({ supplier, partNumber, serialNumber, supplierLot });
    const page = readPage(askedPage(paging), `components ${JSON.stringify(filter)}`);
    return connectionOf(page, cutPage(page, await components.page(filter, page)), {
      keyOf: ({ componentId }) => componentId,
      nodeOf: (component) => component,
      totalCount: () => components.count(filter),
    });
  }

  @FieldResolver(() => ID)
  id(@Root() { componentId }: ComponentRow): string {
    return globalId("Component", componentId);
  }

  @FieldResolver(() => String, { nullable: true })
  serialNumber(@Root() { pieceNumber }: ComponentRow): string | null {
    return pieceNumber;
  }
}
