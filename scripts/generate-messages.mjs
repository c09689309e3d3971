// Writes src/engine/messages.generated.ts and docs/events.schema.json from the addon's own description of
// its messages. With --check it writes nothing and fails when a file is not what would be written.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { eventSchemaText } from './event-schema.mjs';

const root = path.resolve(import.meta.dirname, '..');
const width = 100;

/** Aliases of number, with what they mean. */
const numberNames = {
  Vrid: 'Virtual router identifier, 1 to 255.',
  Priority: 'VRRP priority; 0 is the goodbye, 255 the address owner.',
  IfIndex: 'Kernel interface index; 0 = none.',
  InstanceId: 'Handed out by TypeScript, never reused within a run.',
  GroupId: 'Handed out by TypeScript, never reused within a run.',
  TrackerId: 'Handed out by TypeScript, never reused within a run.',
  Revision: 'Counts applications of one configuration object.',
};

function typeText(type) {
  switch (type.is) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return type.name ?? 'number';
    case 'micros':
      return 'Micros';
    case 'string':
      return 'string';
    case 'ip':
      return 'IpText';
    case 'mac':
      return 'MacText';
    case 'interface':
      return 'InterfaceName';
    case 'label':
    case 'program':
      return 'string';
    case 'bytes':
      return 'Uint8Array';
    case 'optional':
      return `${typeText(type.of)} | undefined`;
    case 'array':
      return type.of.is === 'optional'
        ? `readonly (${typeText(type.of)})[]`
        : `readonly ${typeText(type.of)}[]`;
    case 'ref':
      return type.name;
    default:
      throw new Error(`unknown type ${JSON.stringify(type)}`);
  }
}

function unionText(name, members) {
  const line = `export type ${name} = ${members.join(' | ')};`;
  if (line.length <= width) return line;
  return `export type ${name} =\n${members.map((member) => `  | ${member}`).join('\n')};`;
}

function structText(name, { message, fields }) {
  const lines = fields.map((field) => `  readonly ${field.name}: ${typeText(field.type)};`);
  if (message) lines.unshift(`  readonly kind: '${name}';`);
  if (lines.length === 0) return `export type ${name} = Record<string, never>;`;
  return `export interface ${name} {\n${lines.join('\n')}\n}`;
}

/** The whole file. Exported for the test that compares. */
export function messagesText(schema) {
  const parts = [
    '// Written by scripts/generate-messages.mjs from native/core/describe_*.h and\n' +
      '// native/engine/describe_engine.h. Do not edit: change the headers and run it again.\n' +
      "import type { Micros } from '../base/units.ts';",
    ...Object.entries(numberNames).map(
      ([name, meaning]) => `/** ${meaning} */\nexport type ${name} = number;`,
    ),
    '/** An address as text: dotted quad, or RFC 5952. */\nexport type IpText = string;',
    '/** A hardware address: aa:bb:cc:dd:ee:ff. */\nexport type MacText = string;',
    "/** A kernel interface name of at most 15 bytes; '' = none. */\nexport type InterfaceName = string;",
    ...Object.entries(schema.enums).map(([name, words]) =>
      unionText(
        name,
        words.map((word) => `'${word}'`),
      ),
    ),
    ...Object.entries(schema.structs).map(([name, body]) => structText(name, body)),
    ...Object.entries(schema.unions).map(([name, members]) => unionText(name, members)),
  ];
  return `${parts.join('\n\n')}\n`;
}

if (process.argv[1] === import.meta.filename) {
  const require = createRequire(import.meta.url);
  const addon = require(path.join(root, 'build/Release/failoverd.node'));
  const described = JSON.parse(addon.describe());
  const texts = {
    'src/engine/messages.generated.ts': messagesText(described),
    'docs/events.schema.json': eventSchemaText(described),
  };
  for (const [file, text] of Object.entries(texts)) {
    const target = path.join(root, file);
    if (!process.argv.includes('--check')) {
      writeFileSync(target, text);
    } else if (readFileSync(target, 'utf8') !== text) {
      console.error(`${file} is stale: node scripts/generate-messages.mjs`);
      process.exit(1);
    }
  }
}
