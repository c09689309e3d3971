/** Values of every described type, made by fast-check from the addon's own description. */
import fc from 'fast-check';

export type TypeSpec =
  | { is: 'boolean' | 'string' | 'ip' | 'mac' | 'interface' | 'label' | 'program' | 'micros' }
  | { is: 'number'; name?: string; min: number; max: number }
  | { is: 'bytes'; length?: number }
  | { is: 'optional' | 'array'; of: TypeSpec }
  | { is: 'ref'; name: string };

export interface Schema {
  readonly enums: Record<string, string[]>;
  readonly structs: Record<
    string,
    { message: boolean; fields: { name: string; type: TypeSpec }[] }
  >;
  readonly unions: Record<string, string[]>;
}

const byte = fc.integer({ min: 0, max: 255 });

const ip = fc.oneof(
  fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.')),
  fc.constantFrom('::', '::1', 'fe80::1', 'ff02::12', '2001:db8::a:0:0:1', '2001:db8:1:2:3:4:5:6'),
);

const mac = fc
  .array(byte, { minLength: 6, maxLength: 6 })
  .map((bytes) => bytes.map((b) => b.toString(16).padStart(2, '0')).join(':'));

const shortName = fc.constantFrom('', 'lo', 'eth0', 'enp1s0f0np0', 'fifteen-letters');

/** An arbitrary of that type. Optional fields are undefined half of the time. */
export function arbitraryOf(type: TypeSpec, schema: Schema): fc.Arbitrary<unknown> {
  switch (type.is) {
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: 'grapheme', maxLength: 9 }));
    case 'ip':
      return ip;
    case 'mac':
      return mac;
    case 'interface':
    case 'label':
    case 'program':
      return shortName;
    case 'micros':
      return fc.maxSafeInteger();
    case 'number':
      return fc.oneof(
        fc.constantFrom(type.min, type.max),
        fc.maxSafeNat().map((n) => type.min + (n % (type.max - type.min))),
      );
    case 'bytes':
      return fc.uint8Array(
        type.length === undefined
          ? { maxLength: 64 }
          : { minLength: type.length, maxLength: type.length },
      );
    case 'optional':
      return fc.option(arbitraryOf(type.of, schema), { nil: undefined });
    case 'array':
      return fc.array(arbitraryOf(type.of, schema), { maxLength: 4 });
    case 'ref':
      return namedArbitrary(type.name, schema);
  }
}

/** The same for an enum, a struct or a union by its name. */
export function namedArbitrary(name: string, schema: Schema): fc.Arbitrary<unknown> {
  const words = schema.enums[name];
  if (words !== undefined) return fc.constantFrom(...words);
  const members = schema.unions[name];
  if (members !== undefined) {
    return fc.oneof(...members.map((member) => namedArbitrary(member, schema)));
  }
  const struct = schema.structs[name];
  if (struct === undefined) throw new Error(`no type ${name}`);
  const entries = struct.fields.map((field) => [field.name, arbitraryOf(field.type, schema)]);
  const kind = struct.message ? { kind: fc.constant(name) } : {};
  return fc.record({ ...kind, ...Object.fromEntries(entries) });
}
