/** What a reload would do, for a person. Pure. */
import { paint } from '../base/terminal.ts';
import type {
  PlannedChange,
  PlannedInstance,
  PlannedThing,
  PlannedTracker,
  ReloadPlan,
} from '../observe/controlClient.ts';
import { oneLine } from './statusTable.ts';

/** Ends with a newline. */
export function reloadPlanText(plan: ReloadPlan, color: boolean): string {
  const { findingsText, sentence, instances, groups, trackers, settings } = plan;
  const untouched = instances.filter(({ what }) => what === 'untouched');
  const lines = [
    ...instances.filter(({ what }) => what !== 'untouched').flatMap((one) => instance(one, color)),
    ...untouchedLine(untouched.map(({ name }) => name)),
    ...groups.flatMap((one) => thing('sync group', one)),
    ...trackers.flatMap((one) => [...thing(one.kind, one), ...awaited(one)]),
    ...(settings.length === 0 ? [] : ['other settings', ...settings.map(change)]),
  ];
  const shown = lines.map((line) => `${/^ */.exec(line)?.[0]}${oneLine(line)}`);
  const found = findingsText === '' ? [] : [findingsText.trimEnd()];
  const end = paint(sentence, plan.ok && !plan.disturbs ? 'good' : 'bad', color);
  return `${[...found, ...shown, end].join('\n')}\n`;
}

function instance(one: PlannedInstance, color: boolean): string[] {
  const { name, was, what, state, priority, changes, effects } = one;
  const words = {
    untouched: 'not touched',
    changed: 'changed',
    restarted: 'begins again as another virtual router',
    added: 'new',
    removed: 'removed',
  };
  const rest = state === undefined ? '' : `, ${effects.length === 0 ? 'stays' : 'so far'} ${state}`;
  const fate = `${words[what]}${rest}`;
  const before = was === undefined ? '' : ` (now ${was})`;
  return [
    `${name}${before}: ${fate}${place(one)}`,
    ...changes.map(change),
    ...(priority === undefined
      ? []
      : [`  effective priority ${priority.before} -> ${priority.after}`]),
    ...effects.map(({ sentence }) => `  ${paint('!', 'bad', color)} ${sentence}`),
  ];
}

/** Thousands of names would hide what matters. */
function untouchedLine(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, 8);
  const more = names.length - shown.length;
  return [`not touched: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

function thing(kind: string, one: PlannedThing): string[] {
  if (one.what === 'untouched') return [];
  const word = { changed: 'changed', added: 'new', removed: 'removed' }[one.what];
  return [`${kind} ${one.name}: ${word}${place(one)}`, ...one.changes.map(change)];
}

/** A check whose first result decides. */
function awaited({ kind, what, asksAnew, unweighted }: PlannedTracker): string[] {
  const isCheck = kind === 'script' || kind === 'probe';
  const fault = unweighted ? ', and a failure means FAULT' : '';
  if (asksAnew) return [`  asks anew: its verdict stays until the first result${fault}`];
  return isCheck && what === 'added' ? [`  its first result decides${fault}`] : [];
}

function change({ keyword, before, after, ...where }: PlannedChange): string {
  const secret = before === '********' || after === '********';
  const at = place(where);
  if (before === null) return `  ${words(keyword, after)} added${at}`;
  if (after === null) return `  ${words(keyword, before)} removed${at}`;
  return secret ? `  ${keyword} changed${at}` : `  ${keyword} ${before} -> ${after}${at}`;
}

/** A word that stands alone has no value. */
function words(keyword: string, value: string | null): string {
  return [keyword, value].filter((word) => word !== null && word !== '').join(' ');
}

function place({ file, line }: { readonly file?: string; readonly line?: number }): string {
  return file === undefined ? '' : ` (${file}:${line})`;
}
