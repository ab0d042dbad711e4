import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import type { Context } from "./context.ts";
import type { DeviceEntity } from "./device.entity.ts";
import {
  Device,
  DeviceConnection,
  DeviceRevisionConnection,
  ProductionGroup,
} from "./device.type.ts";

const first = () => Int;

@Resolver(() => Device)
export class DeviceResolver {
  @Query(() => Device, { nullable: true })
  device(
    @Arg("connhexId", () => ID) connhexId: string,
    @Ctx() { deviceByConnhexId }: Context,
  ): Promise<DeviceEntity | null> {
    return deviceByConnhexId.load(connhexId);
  }

  @FieldResolver(() => DeviceRevisionConnection)
  async history(
    @Root() { deviceId }: DeviceEntity,
    @Arg("first", first, { defaultValue: 50 }) count: number,
    @Ctx() { historyOf }: Context,
  ): Promise<DeviceRevisionConnection> {
    return { nodes: (await historyOf.load(deviceId)).slice(0, count) };
  }

  @FieldResolver(() => ProductionGroup, { nullable: true })
  lot(@Root() { lotCode }: DeviceEntity): ProductionGroup | null {
    return lotCode === null ? null : { value: lotCode };
  }
}

@Resolver(() => ProductionGroup)
export class ProductionGroupResolver {
  @FieldResolver(() => Int)
  deviceCount(@Root() { value }: ProductionGroup, @Ctx() { lotCount }: Context): Promise<number> {
    return lotCount.load(value);
  }

  @FieldResolver(() => DeviceConnection)
  async devices(
    @Root() { value }: ProductionGroup,
    @Arg("first", first, { defaultValue: 50 }) count: number,
    @Ctx() { lotPage }: Context,
  ): Promise<{ nodes: DeviceEntity[] }> {
    return { nodes: await lotPage.load({ lotCode: value, first: count }) };
  }
}
