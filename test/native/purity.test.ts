import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, run } from './build.ts';

/*
 * base, wire and core import nothing but memory and what the compiler needs (DESIGN law 2): no
 * clock, socket, file, log, thread, locale or number formatting. What runs in the simulator is
 * then what runs in the daemon. Judged on the objects that the addon was linked from.
 */

const objects = path.join(root, 'build/Release/obj.target/core/native');

/** Everything that may stay undefined in an object, as the linker names it. */
const allowed: readonly RegExp[] = [
  // Our own symbols, in any nesting of qualifiers and argument types.
  /^_Z[A-Z]*N?K?9failoverd/,
  /^_ZNK?9failoverd/,
  /^_Z(?:TV|TI|TS)N?9failoverd/,
  // Memory.
  /^(?:memcpy|memmove|memset|memcmp|memchr|bcmp|strlen)$/,
  /^_Zn[wa]m(?:St11align_val_t)?$/,
  /^_Zd[la]Pvm?(?:St11align_val_t)?$/,
  // The compiler's run-time; abort is what std::visit throws where there are no exceptions.
  /^abort$/,
  /^__cxa_(?:pure_virtual|guard_acquire|guard_release|atexit)$/,
  /^__(?:stack_chk_fail|dso_handle)$/,
  /^_GLOBAL_OFFSET_TABLE_$/,
  // The parts of the standard library that are text, trees and hash tables.
  /^_ZSt\d+__throw_/,
  /^_ZNK?St7__cxx1112basic_stringI/,
  /^_ZSt\d+_Rb_tree_/,
  /^_ZNK?St8__detail(?:20_Prime_rehash_policy|15_List_node_base)/,
  /^_ZSt11_Hash_bytesPKvmm$/,
  // Numbers in JSON, which no locale changes.
  /^_ZSt(?:10from_chars|8to_chars)P/,
];

/** The undefined symbols of an object that are not allowed. */
async function strangers(object: string): Promise<string[]> {
  const { ok, output } = await run('nm', ['-u', object]);
  expect(ok, output).toBe(true);
  const names = output.split('\n').map((line) => line.trim().replace(/^[Uw] /, ''));
  return names.filter((name) => name !== '' && !allowed.some((pattern) => pattern.test(name)));
}

function objectsOf(room: string): string[] {
  const directory = path.join(objects, room);
  if (!existsSync(directory)) return [];
  const files = readdirSync(directory).filter((name) => name.endsWith('.o'));
  return files.map((name) => path.join(directory, name));
}

describe.each(['base', 'wire', 'core'])('native/%s is pure', (room) => {
  test('there are objects to judge', () => {
    expect(objectsOf(room).length).toBeGreaterThan(0);
  });
  for (const object of objectsOf(room)) {
    test(path.basename(object, '.o'), async () => {
      expect(await strangers(object)).toEqual([]);
    });
  }
});

test('native/wire allocates nothing', async () => {
  for (const object of objectsOf('wire')) {
    const { output } = await run('nm', ['-u', object]);
    expect(output, object).not.toMatch(/_Zn[wa]m/);
  }
});

test('a clock, a socket, a log and number formatting would be noticed', () => {
  const forbidden = [
    'clock_gettime',
    'socket',
    'printf',
    'snprintf',
    'strtol',
    'inet_pton',
    'malloc',
  ];
  const mangled = ['_ZNSt6chrono3_V212steady_clock3nowEv', '_ZSt4cout', '_ZNSt6thread4joinEv'];
  for (const name of [...forbidden, ...mangled]) {
    expect(allowed.some((pattern) => pattern.test(name))).toBe(false);
  }
});
