import { getMetadataArgsStorage } from "typeorm";

/** One column of an entity: the property in TypeScript and the name and type in SQL. */
export interface EntityColumn {
  property: string;
  column: string;
  type: string;
}

/**
 * The columns of an entity, in the order of its class, after those that it inherits: the one list
 * that hot SQL is built from.
 */
export function columnsOf(entity: abstract new () => object): readonly EntityColumn[] {
  return getMetadataArgsStorage()
    .columns.filter(({ target }) => isOf(entity, target))
    .map(({ propertyName, options }) => ({
      property: propertyName,
      column: options.name ?? propertyName,
      type: `${String(options.type)}${options.array ? "[]" : ""}`,
    }));
}

function isOf(entity: abstract new () => object, target: unknown): boolean {
  return target === entity || (typeof target === "function" && entity.prototype instanceof target);
}

/** `d.serial_number AS "serialNumber", …` for these properties, or for all. */
export function selectList(
  entity: abstract new () => object,
  { prefix = "", only }: { prefix?: string; only?: readonly string[] } = {},
): string {
  return columnsOf(entity)
    .filter(({ property }) => only?.includes(property) ?? true)
    .map(({ property, column }) => `${prefix}${column} AS "${property}"`)
    .join(", ");
}

/**
 * Makes whole rows of rows that were read in part: whoever asks such a row for another column
 * meets a fault, and never an `undefined` that passes for a value.
 */
export function readInPart<Row extends object>(
  all: readonly (keyof Row & string)[],
  read: readonly (keyof Row & string)[],
): (row: Partial<Row>) => Row {
  const faults: object = Object.create(null);
  for (const property of all.filter((one) => !read.includes(one))) {
    Object.defineProperty(faults, property, {
      get(): never {
        throw new Error(`${property} was not read`);
      },
    });
  }
  return (row) => {
    const made = Object.create(faults) as Row;
    for (const property of read) made[property] = row[property] as Row[typeof property];
    return made;
  };
}
