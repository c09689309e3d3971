/** The part of JSON Schema that our own schemas use. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** What is wrong with a value, and what it has that the schema does not name. */
export function violations(schema: Schema, value: unknown, at = '$'): string[] {
  if (schema.enum !== undefined) {
    return schema.enum.includes(value) ? [] : [`${at}: ${JSON.stringify(value)}`];
  }
  if (typeOf(value, schema.type) !== schema.type) return [`${at} is no ${schema.type}`];
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.flatMap((one, index) => violations(items, one, `${at}[${index}]`));
  }
  if (schema.properties === undefined) return [];
  const { properties, required = [] } = schema;
  const object = value as Readonly<Record<string, unknown>>;
  const lacking = required.filter((key) => !(key in object)).map((key) => `${at}.${key} lacks`);
  const found = Object.entries(object).flatMap(([key, one]) => {
    const inner = properties[key];
    return inner === undefined
      ? [`${at}.${key} is not in the schema`]
      : violations(inner, one, `${at}.${key}`);
  });
  return [...lacking, ...found];
}

function typeOf(value: unknown, wanted: string | undefined): string {
  if (Array.isArray(value)) return 'array';
  return wanted === 'integer' && Number.isInteger(value) ? 'integer' : typeof value;
}
