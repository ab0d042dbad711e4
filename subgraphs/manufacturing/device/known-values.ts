/** A value of a field. */
export interface FieldValue {
  field: string;
  value: string;
}

const TENANTS = 100;
const VALUES_OF_A_FIELD = 5_000;

type Values = Map<string, Set<string>>;

/**
 * Values of fields of few values that were found recorded already: they need not be looked for
 * again, because what is recorded stays so. One a process.
 */
export class KnownValues {
  private readonly tenants = new Map<string, Values>();

  has(tenant: string, { field, value }: FieldValue): boolean {
    return this.tenants.get(tenant)?.get(field)?.has(value) ?? false;
  }

  /** Only for values that stand there whatever becomes of the present transaction. */
  add(tenant: string, { field, value }: FieldValue): void {
    const fields = this.tenants.get(tenant) ?? this.begin(tenant);
    const values = fields.get(field);
    if (!values) fields.set(field, new Set([value]));
    else if (values.size < VALUES_OF_A_FIELD) values.add(value);
  }

  private begin(tenant: string): Values {
    const [oldest] = this.tenants.keys();
    if (this.tenants.size >= TENANTS && oldest !== undefined) this.tenants.delete(oldest);
    const fields: Values = new Map();
    this.tenants.set(tenant, fields);
    return fields;
  }
}
