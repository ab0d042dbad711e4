import type { DeviceStore } from "./device.store.ts";
import type { Row } from "./device-writer.store.ts";

/** Judges rows against the devices as they are now, and writes nothing: what a dry run answers. */
export class DeviceRehearsal {
  constructor(private readonly devices: DeviceStore) {}

  async settle<Result>(rows: readonly Row<Result>[]): Promise<Result[]> {
    const known = await this.devices.bySerialNumber.loadMany(rows.map((row) => row.serialNumber));
    return rows.map((row, place) => {
      const device = known[place] ?? null;
      if (device instanceof Error) throw device;
      return row.judge(device).result;
    });
  }
}
