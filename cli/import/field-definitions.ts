import type { GatewayClient } from "../gateway-client.ts";

export const FIELD_TYPES = ["TEXT", "INTEGER", "DECIMAL", "BOOLEAN", "DATE", "ENUM"] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** A custom field as the gateway describes it. */
export interface FieldDefinition {
  name: string;
  type: FieldType;
  isRequired: boolean;
  isGroupable: boolean;
  pattern: string | null;
  values: readonly string[] | null;
  label: string | null;
  description: string | null;
  retiredAt: string | null;
}

const DEFINITION = "name type isRequired isGroupable pattern values label description retiredAt";

export const FIELD_DEFINITIONS = `query FieldDefinitions { fieldDefinitions { ${DEFINITION} } }`;
export const DEFINE_FIELD = `mutation DefineField($input: FieldDefinitionInput!) {
  defineField(input: $input) { ${DEFINITION} }
}`;
export const RETIRE_FIELD = `mutation RetireField($name: String!) {
  retireField(name: $name) { ${DEFINITION} }
}`;

/** Every custom field of the tenant, the retired ones too. */
export async function readFieldDefinitions(gateway: GatewayClient): Promise<FieldDefinition[]> {
  const answer = await gateway.ask<{ fieldDefinitions: FieldDefinition[] }>(FIELD_DEFINITIONS);
  return answer.fieldDefinitions;
}

/** What a new custom field must say; everything else is optional. */
export interface NewField {
  name: string;
  type: FieldType;
  isGroupable: boolean;
  isRequired?: boolean;
  pattern?: string;
  values?: readonly string[];
  label?: string;
  description?: string;
}

export async function defineField(
  gateway: GatewayClient,
  input: NewField,
): Promise<FieldDefinition> {
  const answer = await gateway.ask<{ defineField: FieldDefinition }>(DEFINE_FIELD, { input });
  return answer.defineField;
}

export async function retireField(gateway: GatewayClient, name: string): Promise<FieldDefinition> {
  const answer = await gateway.ask<{ retireField: FieldDefinition }>(RETIRE_FIELD, { name });
  return answer.retireField;
}
