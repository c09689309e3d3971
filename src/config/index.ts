/**
 * The compiler of configurations: from files to a model and what there is to say about them.
 * Nothing here throws for what a user wrote, prints, or ends the process.
 */

import { hostname } from 'node:os';
import { kindOf } from './catalogue.ts';
import { Findings } from './findings.ts';
import type { Finding } from './findings.ts';
import { rootLevel } from './keywords/root.ts';
import { readLevel } from './keywords/read-level.ts';
import { Origins } from './lower/context.ts';
import { lower } from './lower/lower.ts';
import type { Model } from './model.ts';
import { hostFiles } from './read/files.ts';
import type { FileReader } from './read/files.ts';
import { findingsToJson, findingsToSarif } from './report/json.ts';
import { formatFinding } from './report/text.ts';
import { Parser } from './read/parse.ts';
import { Preprocessor } from './read/preprocess.ts';
import { checkModel } from './rules/index.ts';
import type { Source } from './source.ts';

export type * from './model.ts';
export type { Finding, Related, RuleId, Severity } from './findings.ts';
export { describeSpan } from './source.ts';
export type { Origins } from './lower/context.ts';
export type { Source, Span } from './source.ts';
export { catalogue } from './catalogue.ts';

export interface LoadOptions {
  /** `-i`: the id of `@id` lines; by default the first label of the host name. */
  readonly configId?: string;
  /** What `${_ENV NAME}` reads. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `-e`: every include has to match something. */
  readonly allIncludeChecks?: boolean;
  /** The file system; the host's by default. */
  readonly reader?: FileReader;
}

export interface LoadResult {
  readonly model: Model;
  readonly diagnostics: readonly Finding[];
  /** Every file that was read, in order. */
  readonly sources: readonly Source[];
  readonly origins: Origins;
}

/** Reads one configuration, which may be spread over several files. */
export function loadConfig(
  files: string | readonly string[],
  options: LoadOptions = {},
): LoadResult {
  const findings = new Findings();
  const world = {
    reader: options.reader ?? hostFiles,
    configId: options.configId ?? hostname().split('.')[0] ?? '',
    environment: options.environment ?? process.env,
    allIncludeChecks: options.allIncludeChecks ?? false,
  };
  const parser = new Parser(rootLevel.shape, findings);
  const preprocessor = new Preprocessor(world, findings, (segment) => parser.take(segment));
  for (const file of typeof files === 'string' ? [files] : files) preprocessor.readTop(file);
  const statements = parser.finish();
  const root = readLevel(rootLevel, statements, findings);
  const origins = new Origins();
  const model = lower(root, statements, { findings, origins });
  const { sources } = preprocessor;
  const { configId } = world;
  checkModel({ model, root, statements, findings, origins, sources, configId });
  const diagnostics = findings.finish().toSorted(byPlace(sources));
  return { model, diagnostics, sources, origins };
}

/** Findings in the order of the text; those without a place come first. */
function byPlace(sources: readonly Source[]): (a: Finding, b: Finding) => number {
  const order = new Map(sources.map((source, index) => [source, index]));
  return (a, b) => {
    if (a.span === null || b.span === null) return (a.span ? 1 : 0) - (b.span ? 1 : 0);
    const files = (order.get(a.span.source) ?? 0) - (order.get(b.span.source) ?? 0);
    return files === 0 ? a.span.start - b.span.start : files;
  };
}

/** True when the configuration must not be run. */
export function hasErrors(diagnostics: readonly Finding[]): boolean {
  return diagnostics.some((finding) => finding.severity === 'error');
}

/** Exit code of keepalived's test: 0 ok, 2 an argument is missing, 5 mistakes, 6 scripts. */
export function configTestExitCode(diagnostics: readonly Finding[]): number {
  // What makes keepalived end at once, in a test as at the start.
  if (diagnostics.some((finding) => finding.rule === 'missing-argument')) return 2;
  const classes = new Set(diagnostics.map((finding) => kindOf(finding.rule).class));
  if (classes.has('fatal') || classes.has('mistake')) return 5;
  return classes.has('security') ? 6 : 0;
}

export type DiagnosticsFormat = 'text' | 'json' | 'sarif';

export interface FormatOptions {
  readonly format?: DiagnosticsFormat;
  readonly color?: boolean;
  /** Of failoverd, for SARIF. */
  readonly version?: string;
}

/** Findings as text for a terminal, or as JSON; ends with a newline unless it is empty. */
export function formatDiagnostics(
  diagnostics: readonly Finding[],
  { format = 'text', color = false, version = '0' }: FormatOptions = {},
): string {
  if (format === 'json') return `${JSON.stringify(findingsToJson(diagnostics), null, 2)}\n`;
  if (format === 'sarif') {
    return `${JSON.stringify(findingsToSarif(diagnostics, version), null, 2)}\n`;
  }
  return diagnostics.map((finding) => `${formatFinding(finding, { color })}\n`).join('');
}

export { summarize } from './report/text.ts';
export { whyNotRead } from './report/unread.ts';

export { printConfig } from './print/print.ts';
export { dumpKeepalived } from './print/dump.ts';
export { compareRouters } from './rules/routers.ts';
export { allCommands } from './rules/scripts.ts';
export { checkHost } from './rules/host.ts';
export { effectiveTrackers, vmacNames } from './effective.ts';
export type { EffectiveTrackers } from './effective.ts';
export { plan, trackerKey, untold } from './plan.ts';
export { changesOf } from './changes.ts';
export type { Change, ThingChange } from './changes.ts';
export { findingsToJson } from './report/json.ts';
export type { Applied, AppliedInstance, Plan } from './plan.ts';
