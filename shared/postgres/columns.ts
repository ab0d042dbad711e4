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
