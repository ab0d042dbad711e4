import { type Sql, type Statement, statement } from "../../../shared/postgres/database.ts";
import { LIMITS } from "../limits.ts";
import type { ComponentClause } from "./criteria.ts";
import { type CriterionField, hasRecordedValues } from "./criterion-field.ts";
import { nearValues } from "./near-values.ts";
import type { SerialRange } from "./serial-range.ts";

/** Where every value that a field ever had stands, `$2` being the field's name. */
interface ValueSource {
  name: string;
  /** `FROM … WHERE …`, to be followed by a condition on `value`. */
  from: string;
}

const RECORDED: ValueSource = {
  name: "recorded",
  from: "recorded_value s WHERE s.tenant = $1 AND s.field = $2",
};
// A device that left its group for none has an empty value there.
const GROUPED: ValueSource = {
  name: "grouped",
  from: "device_group s WHERE s.tenant = $1 AND s.field = $2 AND s.value <> ''",
};
const IDENTIFIERS: ValueSource = {
  name: "identifiers",
  from: "device_identifier s WHERE s.tenant = $1 AND s.kind = $2",
};
/** Looks through all revisions: fields that are not declared groupable have no other place. */
const REVISIONS: ValueSource = {
  name: "revisions",
  from: `(SELECT r.attributes->>$2 AS value FROM device_revision r WHERE r.tenant = $1
    AND r.attributes->>$2 IS NOT NULL) s WHERE true`,
};

function sourceOf(field: CriterionField): ValueSource {
  if (hasRecordedValues(field)) return RECORDED;
  if (field.isGroupable) return GROUPED;
  return field.isBuiltIn ? IDENTIFIERS : REVISIONS;
}

function firstMissing({ name, from }: ValueSource): Statement {
  return statement(
    `first_missing_of_${name}`,
    `SELECT asked.value FROM unnest($3::text[]) WITH ORDINALITY AS asked (value, place)
     WHERE NOT EXISTS (SELECT FROM ${from} AND s.value = asked.value)
     ORDER BY asked.place LIMIT 1`,
  );
}

/** One probe of the index for each value that there is, whatever the number of devices. */
function distinctFrom({ name, from }: ValueSource, direction: "up" | "down"): Statement {
  const [sign, end] = direction === "up" ? [">", "min"] : ["<", "max"];
  return statement(
    `values_${direction}_of_${name}`,
    `WITH RECURSIVE distinct_value (value, place) AS (
       SELECT (SELECT ${end}(s.value) FROM ${from} AND s.value ${sign}= $3), 1
     UNION ALL
       SELECT (SELECT ${end}(s.value) FROM ${from} AND s.value ${sign} v.value), v.place + 1
       FROM distinct_value v WHERE v.value IS NOT NULL AND v.place < $4)
     SELECT value FROM distinct_value WHERE value IS NOT NULL`,
  );
}

const COMPONENT_COLUMNS = {
  partNumber: "part_number",
  serialNumber: "serial_number",
  supplier: "supplier",
  supplierLot: "supplier_lot",
} as const;
type ComponentMember = keyof typeof COMPONENT_COLUMNS;

/** Values on either side of one that is not there. */
const NEIGHBOURS = 50;
/** Sorts before every text that is recorded. */
const FIRST = "";

/** Which values were ever recorded. Lives for one request. */
export class RecordedValueStore {
  constructor(
    private readonly sql: Sql,
    private readonly tenant: string,
  ) {}

  /** The first of these values that the field never had; null where it had them all. */
  async firstMissing(field: CriterionField, values: readonly string[]): Promise<string | null> {
    // A field that lists its choices has them, whether or not a device did.
    if (field.choices || field.type === "BOOLEAN") return null;
    const asked = firstMissing(sourceOf(field));
    const [row] = await this.sql.rows<{ value: string }>(asked, [this.tenant, field.name, values]);
    return row?.value ?? null;
  }

  firstMissingSerialNumber(values: readonly string[]): Promise<string | null> {
    return this.firstMissing(SERIAL_NUMBER, values);
  }

  /** Values of the field that somebody may have meant with one that it never had. */
  async near(field: CriterionField, value: string): Promise<string[]> {
    const source = sourceOf(field);
    if (source === REVISIONS) return [];
    if (source === RECORDED) return nearValues(value, (await this.all(field)) ?? []);
    const around = [value, value.toUpperCase(), value.toLowerCase()].map((text) =>
      Promise.all([
        this.distinct(source, { field, from: text, direction: "up" }),
        this.distinct(source, { field, from: text, direction: "down" }),
      ]),
    );
    return nearValues(value, [...new Set((await Promise.all(around)).flat(2))]);
  }

  nearSerialNumbers(value: string): Promise<string[]> {
    return this.near(SERIAL_NUMBER, value);
  }

  /** Every value that the field ever had; null where they are not kept, or are too many. */
  async all(field: CriterionField): Promise<string[] | null> {
    const source = sourceOf(field);
    if (source === REVISIONS || source === IDENTIFIERS) return null;
    const most = LIMITS.recordedValues;
    const options = { field, from: FIRST, direction: "up", most: most + 1 } as const;
    const values = await this.distinct(source, options);
    return values.length > most ? null : values;
  }

  /** Whether any device has a serial number in the range. */
  async hasSerialNumberIn({ stretches }: SerialRange): Promise<boolean> {
    const rows = await this.sql.rows(SERIAL_NUMBER_IN_RANGE, [
      this.tenant,
      stretches.map(({ lowest }) => lowest),
      stretches.map(({ highest }) => highest),
    ]);
    return rows.length > 0;
  }

  /** The first member of the criterion whose value no component ever had; "all" where none had all. */
  async missingOfComponent(clause: ComponentClause): Promise<ComponentMember | "all" | null> {
    const given = (Object.keys(COMPONENT_COLUMNS) as ComponentMember[]).filter(
      (member) => clause[member] !== null,
    );
    const found = async (members: readonly ComponentMember[]) => {
      const where = members.map((name, at) => `c.${COMPONENT_COLUMNS[name]} = $${at + 2}`);
      const asked = statement(
        `component_with_${members.join("_")}`,
        `SELECT 1 FROM component c WHERE c.tenant = $1 AND ${where.join(" AND ")} LIMIT 1`,
      );
      const values = members.map((member) => clause[member]);
      return (await this.sql.rows(asked, [this.tenant, ...values])).length > 0;
    };
    for (const member of given) if (!(await found([member]))) return member;
    return given.length < 2 || (await found(given)) ? null : "all";
  }

  private async distinct(
    source: ValueSource,
    {
      field,
      from,
      direction,
      most = NEIGHBOURS,
    }: { field: CriterionField; from: string; direction: "up" | "down"; most?: number },
  ): Promise<string[]> {
    const asked = distinctFrom(source, direction);
    const parameters = [this.tenant, field.name, from, most];
    return (await this.sql.rows<{ value: string }>(asked, parameters)).map(({ value }) => value);
  }
}

/** Among the identifiers, by its kind. */
const SERIAL_NUMBER: CriterionField = {
  ...{ name: "serialNumber", isBuiltIn: true, type: "TEXT", isGroupable: false, choices: null },
};

// Between the bounds of a stretch stand few others than those of its shape; those are sorted out here.
const SERIAL_NUMBER_IN_RANGE = statement(
  "serial_number_in_range",
  `SELECT 1 FROM unnest($2::text[], $3::text[]) AS asked (lowest, highest)
   CROSS JOIN LATERAL (SELECT FROM device_identifier i
     WHERE i.tenant = $1 AND i.kind = 'serialNumber'
       AND i.value COLLATE "C" >= asked.lowest AND i.value COLLATE "C" <= asked.highest
       AND length(i.value) = length(asked.lowest)
       AND regexp_replace(i.value, '[0-9]', '0', 'g') = regexp_replace(asked.lowest, '[0-9]', '0', 'g')
     LIMIT 1) found LIMIT 1`,
);
