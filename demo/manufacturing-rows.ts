import type { Person } from "../shared/ledger-store/commitment.ts";
import { entryText } from "../shared/ledger-store/entry.ts";
import { DeviceEntity } from "../subgraphs/manufacturing/device/device.entity.ts";
import { DeviceIdentifierEntity } from "../subgraphs/manufacturing/device/device-identifier.entity.ts";
import {
  type DeviceRecord,
  GROUP_FIELDS,
} from "../subgraphs/manufacturing/device/device-record.ts";
import { DeviceRevisionEntity } from "../subgraphs/manufacturing/device/device-revision.entity.ts";
import { FieldDefinitionEntity } from "../subgraphs/manufacturing/field-definition/field-definition.entity.ts";
import { entryOfRow } from "../subgraphs/manufacturing/ledger/revision-content.ts";
import { DeviceGroupEntity } from "../subgraphs/manufacturing/production-group/device-group.entity.ts";
import { FIELDS_WITH_RECORDED_VALUES } from "../subgraphs/manufacturing/recall-scope/criterion-field.ts";
import { RecordedValueEntity } from "../subgraphs/manufacturing/recall-scope/recorded-value.entity.ts";
import { bulkTable } from "./bulk-load.store.ts";
import type { DemoDevice } from "./device-story.ts";
import { FIELD_DEFINITIONS } from "./field-definitions.ts";
import { LEDGER_TABLES, LoadedPeople } from "./loaded-people.ts";
import { RowSet } from "./row-set.ts";

/** In the order in which rows may be inserted: a revision refers to its device. */
export const MANUFACTURING_TABLES = {
  field_definition: bulkTable("field_definition", FieldDefinitionEntity),
  device: bulkTable("device", DeviceEntity),
  device_identifier: bulkTable("device_identifier", DeviceIdentifierEntity),
  device_revision: bulkTable("device_revision", DeviceRevisionEntity),
  device_group: bulkTable("device_group", DeviceGroupEntity),
  recorded_value: bulkTable("recorded_value", RecordedValueEntity),
  ...LEDGER_TABLES,
};

const CUSTOM_GROUP_FIELDS = FIELD_DEFINITIONS.filter(({ isGroupable }) => isGroupable).map(
  ({ name }) => name,
);

/** Turns devices into the rows that recording them by the API would have left. */
export class ManufacturingRows extends RowSet<keyof typeof MANUFACTURING_TABLES> {
  private readonly key: { tenant: string };
  private readonly recordedValues = new Set<string>();
  private readonly people: LoadedPeople;

  constructor(
    private readonly tenant: string,
    private readonly firstDeviceId: number,
    known: Iterable<Person>,
  ) {
    super(MANUFACTURING_TABLES);
    this.key = { tenant };
    this.people = new LoadedPeople(known, (subject, key) =>
      this.texts.person_key.add({ tenant, subject, key }),
    );
  }

  addFieldDefinitions(createdAt: string): void {
    for (const definition of FIELD_DEFINITIONS) {
      const row = { tenant: this.tenant, createdAt, retiredAt: null };
      this.texts.field_definition.add(definition, row);
    }
  }

  addDevice({ index, serialNumber, connhexId, revisions }: DemoDevice): void {
    const last = revisions.at(-1);
    if (!last) throw new Error(`device ${serialNumber} has no revision`);
    const { tenant } = this;
    const deviceId = this.firstDeviceId + index;
    const { device, device_identifier, device_revision, ledger_pending } = this.texts;
    const { revision, recordedAt } = last;
    device.add(last.record, { tenant, deviceId, revision, recordedAt });
    device_identifier.add({ tenant, deviceId, kind: "serialNumber", value: serialNumber });
    if (connhexId !== null) {
      device_identifier.add({ tenant, deviceId, kind: "connhexId", value: connhexId });
    }
    let before: DeviceRecord | null = null;
    for (const { record, ...facts } of revisions) {
      device_revision.add(record, { tenant, deviceId, ...facts });
      const row = { ...record, ...facts, deviceId };
      const entry = entryOfRow(tenant, row, this.people.person(facts.actor));
      ledger_pending.add({ tenant, id: entry.id, entry: entryText(entry) });
      this.addGroups(before, record, { deviceId, fromRevision: facts.revision });
      this.addValues(record, facts.changed);
      before = record;
    }
  }

  private addValues(record: DeviceRecord, changed: readonly string[]): void {
    for (const field of FIELDS_WITH_RECORDED_VALUES) {
      const value = record[field];
      if (value === null || !changed.includes(field)) continue;
      const name = `${field} ${value}`;
      if (this.recordedValues.has(name)) continue;
      this.recordedValues.add(name);
      this.texts.recorded_value.add({ field, value }, this.key);
    }
  }

  private addGroups(
    before: DeviceRecord | null,
    after: DeviceRecord,
    key: { deviceId: number; fromRevision: number },
  ): void {
    for (const field of GROUP_FIELDS) {
      const value = after[field];
      if (value !== null && value !== before?.[field]) this.addGroup({ ...key, field, value });
    }
    if (after.attributes === before?.attributes) return;
    for (const field of CUSTOM_GROUP_FIELDS) {
      const value = after.attributes[field];
      if (value !== undefined && value !== before?.attributes[field]) {
        this.addGroup({ ...key, field, value: String(value) });
      }
    }
  }

  private addGroup(row: { deviceId: number; fromRevision: number; field: string; value: string }) {
    this.texts.device_group.add(row, this.key);
  }
}
