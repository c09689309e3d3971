/** docs/events.schema.json: a journal's entry, with the engine's events out of the addon's description. */

const integer = { type: 'integer' };
const string = { type: 'string' };
const micros = { type: 'integer', description: 'microseconds' };

const plain = {
  boolean: { type: 'boolean' },
  number: integer,
  micros,
  string,
  ip: { type: 'string', description: 'an address: dotted quad, or RFC 5952' },
  mac: { type: 'string', description: 'aa:bb:cc:dd:ee:ff' },
  interface: { type: 'string', description: 'name of an interface; empty: none' },
  program: { type: 'string', description: 'name of a program, 15 bytes; empty: not known' },
};

/** `need`: collects the names of what is referred to. */
function typeSchema(type, need) {
  switch (type.is) {
    case 'optional':
      return typeSchema(type.of, need);
    case 'array':
      return { type: 'array', items: typeSchema(type.of, need) };
    case 'ref':
      need(type.name);
      return { $ref: `#/$defs/${type.name}` };
    default: {
      const known = plain[type.is];
      if (known === undefined) throw new Error(`no schema for ${JSON.stringify(type)}`);
      return known;
    }
  }
}

function object(properties, optional = []) {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', properties, required };
}

function definition(name, described, need) {
  const words = described.enums[name];
  if (words !== undefined) return { enum: words };
  const members = described.unions[name];
  if (members !== undefined) {
    for (const member of members) need(member);
    return { anyOf: members.map((member) => ({ $ref: `#/$defs/${member}` })) };
  }
  const { message, fields } = described.structs[name];
  const properties = message ? { kind: { const: name } } : {};
  for (const field of fields) properties[field.name] = typeSchema(field.type, need);
  const optional = fields.filter(({ type }) => type.is === 'optional').map((field) => field.name);
  return object(properties, optional);
}

/** What the daemon itself adds to the journal (src/observe/journal.ts; a test compares the two). */
const daemonKinds = [
  'tracker',
  'reload',
  'operator',
  'script',
  'alarm',
  'guardian',
  'late',
  'repair',
  'upgrade',
];

/** With a transition: what was known at that moment (src/observe/why.ts). */
const chain = object(
  {
    lastAdvert: {
      ...object({
        source: string,
        priority: integer,
        interval: micros,
        age: micros,
        missed: integer,
      }),
      description: 'of the master that had been heard',
    },
    priority: {
      type: 'string',
      description: 'where a priority decided: what had changed it since the last transition',
    },
    tracker: {
      type: 'string',
      description: 'the last word of the tracker that is the cause, or has changed the priority',
    },
    operator: { type: 'string', description: "an operator's action of the last seconds" },
    lateness: { type: 'integer', description: 'microseconds: how late this host was' },
    revision: { type: 'integer', description: 'of its configuration, counted from 1' },
    sinceReload: { type: 'integer', description: 'microseconds, when it was a moment ago' },
  },
  ['lastAdvert', 'priority', 'tracker', 'operator', 'lateness', 'revision', 'sinceReload'],
);

/** `described`: what the addon says of its messages. */
export function eventSchemaText(described) {
  const definitions = {};
  const need = (name) => {
    if (definitions[name] !== undefined) return;
    definitions[name] = {};
    definitions[name] = definition(name, described, need);
  };
  need('EngineEvent');
  const entry = object(
    {
      number: { type: 'integer', description: 'counts the entries of this journal from 1' },
      wallMs: { type: 'number', description: 'milliseconds since 1970' },
      kind: { enum: [...described.unions.EngineEvent, ...daemonKinds] },
      subject: {
        type: 'string',
        description: 'the instance or group that it concerns; absent: the daemon',
      },
      sentence: { type: 'string', description: 'one sentence without its full stop' },
      event: { $ref: '#/$defs/EngineEvent' },
      chain: { ...chain, description: 'with a transition: what was known at that moment' },
    },
    ['subject', 'event', 'chain'],
  );
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'An event of a failoverd daemon, protocol 1',
    ...entry,
    $defs: Object.fromEntries(Object.entries(definitions).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
