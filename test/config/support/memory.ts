/** Configurations out of strings, with a file system that holds nothing else. */

import { dirname, normalize } from 'node:path';
import { loadConfig } from '../../../src/config/index.ts';
import type { LoadOptions, LoadResult } from '../../../src/config/index.ts';
import type { FileReader } from '../../../src/config/read/files.ts';

export function memoryReader(files: Readonly<Record<string, string>>): FileReader {
  const known = new Map(Object.entries(files).map(([path, text]) => [normalize(path), text]));
  return {
    read: (path) => {
      const text = known.get(normalize(path));
      if (text === undefined) throw new Error('ENOENT: no such file');
      return text;
    },
    kind: (path) => {
      const wanted = normalize(path);
      if (known.has(wanted)) return 'file';
      const isDirectory = [...known.keys()].some((name) => name.startsWith(`${wanted}/`));
      return isDirectory || wanted === '.' ? 'directory' : 'missing';
    },
    list: (directory) =>
      [...known.keys()]
        .filter((name) => dirname(name) === normalize(directory))
        .map((name) => name.slice(name.lastIndexOf('/') + 1)),
    real: (path) => path,
  };
}

/** Loads one text under the name `test.conf`. */
export function load(text: string, options: LoadOptions = {}): LoadResult {
  return loadConfig('test.conf', {
    configId: 'host',
    environment: {},
    reader: memoryReader({ 'test.conf': text }),
    ...options,
  });
}

/** Rules of what was found, notes about failoverd itself left out. */
export function rulesOf({ diagnostics }: LoadResult): string[] {
  const uninteresting = new Set(['not-in-effect-yet', 'no-effect', 'script-security']);
  return diagnostics.map((finding) => finding.rule).filter((rule) => !uninteresting.has(rule));
}

/** An instance with everything it needs, and some lines more. */
export function instance(lines: string, name = 'VI_1', vrid = 51): string {
  return `vrrp_instance ${name} {
    interface eth0
    virtual_router_id ${vrid}
    virtual_ipaddress {
        192.0.2.${vrid}/24
    }
    ${lines}
}
`;
}
