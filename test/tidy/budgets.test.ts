import { expect, test } from 'vitest';
import { files, lines } from './files.ts';

/* One idea in a file, one screen for a function (CONTRIBUTING.md). */
const fileLimit = 500;
const functionLimit = 70;
// The formatters break code at 100; this is for prose and long strings.
const lineLimit = 120;

const source = /^(src|test|scripts|native)\/.*\.(ts|mjs|cc|h)$/;
const generated = /\.generated\.ts$/;
const own = files(source).filter((file) => !generated.test(file));

test('there are files to judge', () => {
  expect(own.length).toBeGreaterThan(100);
});

test(`no file is longer than ${fileLimit} lines`, () => {
  const long = own.filter((file) => lines(file).length > fileLimit);
  expect(long).toEqual([]);
});

test(`no line is longer than ${lineLimit} characters`, () => {
  const unbreakable = /js: "|https?:\/\/|\/\^|import\(|["'`][^"'`]{60,}["'`]/;
  const long = own.flatMap((file) =>
    lines(file).flatMap((line, index) =>
      Array.from(line).length > lineLimit && !unbreakable.test(line)
        ? [`${file}:${index + 1}`]
        : [],
    ),
  );
  expect(long).toEqual([]);
});

test(`no function is longer than ${functionLimit} lines`, () => {
  expect(own.flatMap(longFunctions)).toEqual([]);
});

/** Functions and methods by their indentation, which the formatters guarantee. */
function longFunctions(file: string): string[] {
  const start =
    file.endsWith('.cc') || file.endsWith('.h')
      ? /^( *)\w.*\) (?:const )?(?:noexcept )?\{$/
      : tsFunction;
  const all = lines(file);
  return all.flatMap((line, index) => {
    const indent = start.exec(line)?.[1];
    if (indent === undefined || /^ *(describe|namespace|struct|class)\b/.test(line)) return [];
    const end = all.findIndex((later, at) => at > index && later.startsWith(`${indent}}`));
    return end - index + 1 > functionLimit
      ? [`${file}:${index + 1} (${end - index + 1} lines)`]
      : [];
  });
}

const tsFunction =
  /^( *)(?:export )?(?:async )?(?:function\b.*|(?:readonly |static |private )*(?!if|for|while|switch|catch)#?\w+\(.*\)(?:: .*)?) \{$/;
