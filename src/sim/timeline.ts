// The story of a world in one column for each router and one glyph for each state:
//
//        time   r1   r2
//     0.000 s   .    .
//     3.414 s   M    B      r1 VI_1: backup -> master (masterSilent)
//    20.000 s   x    B      r1: kill

import type { Observation, State } from './observation.ts';
import type { Outcome } from './run.ts';

const GLYPHS: Readonly<Record<State, string>> = { init: '.', backup: 'B', master: 'M', fault: 'F' };

/** The lines of the story of one virtual router; adverts and announcements are left out. */
export function timeline(outcome: Outcome, router: number): readonly string[] {
  const names = outcome.plan.hosts.map((host) => host.name);
  const glyphs = new Map(names.map((name) => [name, 'x']));
  const lines = [`${'time'.padStart(12)}   ${names.map((name) => name.padEnd(5)).join('')}`];
  for (const seen of outcome.observations) {
    const what = describe(seen, router);
    if (what === undefined) continue;
    glyphs.set(seen.host, glyphAfter(seen) ?? glyphs.get(seen.host) ?? '?');
    const time = `${(seen.at / 1e6).toFixed(4)} s`.padStart(12);
    const columns = names.map((name) => (glyphs.get(name) ?? '?').padEnd(5)).join('');
    lines.push(`${time}   ${columns} ${seen.host}: ${what}`);
  }
  return lines;
}

function describe(seen: Observation, router: number): string | undefined {
  switch (seen.kind) {
    case 'state':
      if (seen.instance !== router) return undefined;
      return `${seen.from} -> ${seen.to} (${seen.cause.kind})${seen.repeated ? ' again' : ''}`;
    case 'disturbed':
      return seen.until > seen.at ? `${seen.what} until ${seen.until / 1e6} s` : seen.what;
    case 'lowerPriority':
      return seen.instance === router ? 'hears a lower-priority master' : undefined;
    case 'stopped':
      return 'stopped';
    case 'upgraded':
      return `upgraded, ${seen.outputs} outputs, ${seen.late} other deadlines`;
    case 'reloaded':
      return `reloaded, ${seen.outputs} outputs`;
    case 'rejected':
      return `rejects ${seen.source} (${seen.reason})`;
    case 'advert':
    case 'announce':
      return undefined;
  }
}

function glyphAfter(seen: Observation): string | undefined {
  if (seen.kind === 'state') return GLYPHS[seen.to];
  if (seen.kind === 'stopped') return 'x';
  if (seen.kind !== 'disturbed') return undefined;
  return seen.what === 'kill' ? 'x' : seen.what === 'boot' ? '.' : undefined;
}
