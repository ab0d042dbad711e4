import { coerceInputValue, type GraphQLSchema, isInputType } from "graphql";
import { DomainError } from "../../../shared/domain-error.ts";
import type { DeviceStatement } from "../device/device-facts.ts";
import type { ReadDeviceInput } from "./signed-payload.ts";

const readers = new WeakMap<GraphQLSchema, ReadDeviceInput>();

/** What is signed is of the type that recordDevices takes, to the letter. */
export function deviceInputReader(schema: GraphQLSchema): ReadDeviceInput {
  const known = readers.get(schema);
  if (known) return known;
  const type = schema.getType("DeviceRecordInput");
  if (!type || !isInputType(type)) throw new Error("the schema has no DeviceRecordInput");
  const reader: ReadDeviceInput = (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw wrong("the payload", "is not a JSON object");
    }
    return coerceInputValue(value, type, (path, _, error) => {
      throw wrong(path.join("."), error.message);
    }) as DeviceStatement;
  };
  readers.set(schema, reader);
  return reader;
}

function wrong(place: string, message: string): DomainError {
  const field = place === "" || place === "the payload" ? "payload" : place;
  return new DomainError("INVALID_VALUE", `${place || "the payload"}: ${message}`, { field });
}
