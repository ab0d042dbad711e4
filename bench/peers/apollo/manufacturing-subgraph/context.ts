import DataLoader from "dataloader";
import { type DataSource, In } from "typeorm";
import { loadManyBy, loadOneBy } from "../load-by.ts";
import { DeviceEntity, DeviceIdentifierEntity, DeviceRevisionEntity } from "./device.entity.ts";

/** A page of a lot, from its start. */
export interface LotPage {
  lotCode: string;
  first: number;
}

/** The loaders of one request. */
export function createContext(database: DataSource, tenant: string) {
  const identifiers = database.getRepository(DeviceIdentifierEntity);
  const devices = database.getRepository(DeviceEntity);
  const revisions = database.getRepository(DeviceRevisionEntity);
  return {
    deviceByConnhexId: loadOneBy(
      async (connhexIds: readonly string[]) => {
        const where = { tenant, kind: "connhexId", value: In(connhexIds) };
        const found = await identifiers.find({ where, relations: { device: true } });
        return found.map(({ device }) => device);
      },
      ({ connhexId }) => connhexId ?? "",
    ),
    historyOf: loadManyBy(
      (ids: readonly number[]) =>
        revisions.find({
          where: { tenant, deviceId: In(ids) },
          order: { deviceId: "ASC", revision: "ASC" },
        }),
      ({ deviceId }) => deviceId,
    ),
    // A page of each lot is a statement of its own: one statement for all would read whole lots.
    lotPage: new DataLoader<LotPage, DeviceEntity[], string>(
      (pages) =>
        Promise.all(
          pages.map(({ lotCode, first }) =>
            devices.find({
              select: { deviceId: true, serialNumber: true, connhexId: true },
              where: { tenant, lotCode },
              order: { deviceId: "ASC" },
              take: first,
            }),
          ),
        ),
      { cacheKeyFn: ({ lotCode, first }) => `${first} ${lotCode}` },
    ),
    lotCount: new DataLoader<string, number>((lotCodes) =>
      Promise.all(lotCodes.map((lotCode) => devices.countBy({ tenant, lotCode }))),
    ),
  };
}

export type Context = ReturnType<typeof createContext>;
