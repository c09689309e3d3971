/** The part of JSON Schema that our own schemas use. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  /** Objects that can be told apart by their `kind`. */
  readonly anyOf?: readonly Schema[];
  /** `#/$defs/NAME`. */
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** What is wrong with a value, and what it has that the schema does not name. */
export function violations(schema: Schema, value: unknown): string[] {
  return check(schema, value, '$', schema.$defs ?? {});
}

function check(
  written: Schema,
  value: unknown,
  at: string,
  defs: Readonly<Record<string, Schema>>,
): string[] {
  const schema = resolve(written, value, defs);
  if (schema === undefined) return [`${at} is of no kind that the schema knows`];
  if ('const' in schema) return schema.const === value ? [] : [`${at}: ${JSON.stringify(value)}`];
  if (schema.enum !== undefined) {
    return schema.enum.includes(value) ? [] : [`${at}: ${JSON.stringify(value)}`];
  }
  if (typeOf(value, schema.type) !== schema.type) return [`${at} is no ${schema.type}`];
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.flatMap((one, index) => check(items, one, `${at}[${index}]`, defs));
  }
  if (schema.properties === undefined) return [];
  const { properties, required = [] } = schema;
  const object = value as Readonly<Record<string, unknown>>;
  const lacking = required.filter((key) => !(key in object)).map((key) => `${at}.${key} lacks`);
  const found = Object.entries(object).flatMap(([key, one]) => {
    const inner = properties[key];
    return inner === undefined
      ? [`${at}.${key} is not in the schema`]
      : check(inner, one, `${at}.${key}`, defs);
  });
  return [...lacking, ...found];
}

/** What a reference or a choice means for this value; undefined: nothing. */
function resolve(
  schema: Schema,
  value: unknown,
  defs: Readonly<Record<string, Schema>>,
): Schema | undefined {
  if (schema.$ref !== undefined) {
    const found = defs[schema.$ref.replace('#/$defs/', '')];
    return found && resolve(found, value, defs);
  }
  if (schema.anyOf === undefined) return schema;
  const kind = (value as { readonly kind?: unknown } | undefined)?.kind;
  const choices = schema.anyOf.map((one) => resolve(one, value, defs));
  return choices.find((one) => one?.properties?.['kind']?.const === kind);
}

function typeOf(value: unknown, wanted: string | undefined): string {
  if (Array.isArray(value)) return 'array';
  return wanted === 'integer' && Number.isInteger(value) ? 'integer' : typeof value;
}
