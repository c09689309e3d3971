/** `failoverd check` and the configuration test of `failoverd -t`. */

import type { Command } from 'commander';
import { errorText } from '../base/errorText.ts';
import { wantsColor } from '../base/terminal.ts';
import {
  checkHost,
  compareRouters,
  configTestExitCode,
  dumpKeepalived,
  formatDiagnostics,
  hasErrors,
  loadConfig,
  printConfig,
  summarize,
} from '../config/index.ts';
import { exitCodes } from './exitCodes.ts';
import { expectShortLife } from './shortLife.ts';
import type { DiagnosticsFormat, Finding, LoadOptions, LoadResult } from '../config/index.ts';

interface CheckOptions {
  readonly file?: readonly string[];
  readonly format: DiagnosticsFormat;
  readonly configId?: string;
  readonly allConfig?: boolean;
  readonly print?: boolean;
  readonly json?: boolean;
  readonly dump?: string;
  readonly onHost?: boolean;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

function loadOptions(options: Pick<CheckOptions, 'configId' | 'allConfig'>): LoadOptions {
  return {
    ...(options.configId !== undefined && { configId: options.configId }),
    ...(options.allConfig === true && { allIncludeChecks: true }),
  };
}

/** Warnings alone are no failure, unless that was asked for. */
function exitCode(findings: readonly Finding[], strict: boolean): number {
  if (noFile(findings)) return exitCodes.noConfig;
  if (hasErrors(findings)) return exitCodes.checkFailed;
  return strict ? configTestExitCode(findings) : exitCodes.ok;
}

function noFile(findings: readonly Finding[]): boolean {
  return findings.some(({ rule, span }) => rule === 'file-not-read' && span === null);
}

/** What was asked for on standard output, if anything. */
function product(result: LoadResult, options: CheckOptions): string | null {
  if (options.print === true) return printConfig(result.model);
  if (options.json === true) return `${JSON.stringify(result.model, null, 2)}\n`;
  if (options.dump !== undefined) return `${JSON.stringify(dumpKeepalived(result.model))}\n`;
  return null;
}

function report(findings: readonly Finding[], options: CheckOptions, toStderr: boolean): void {
  const stream = toStderr ? process.stderr : process.stdout;
  const { format } = options;
  const shown =
    options.quiet === true ? findings.filter((finding) => finding.severity !== 'note') : findings;
  stream.write(formatDiagnostics(shown, { format, color: wantsColor(stream) }));
  if (format === 'text' && !toStderr) stream.write(`${summarize(findings)}\n`);
}

/** Checks files and returns the exit code. Several files are also compared with each other. */
async function runCheck(files: readonly string[], options: CheckOptions): Promise<number> {
  expectShortLife();
  const results = files.map((file) => loadConfig(file, loadOptions(options)));
  const findings = results.flatMap((result) => [...result.diagnostics]);
  if (options.onHost === true) {
    for (const result of results) findings.push(...(await checkHost(result)));
  }
  if (results.length > 1) findings.push(...compareRouters(results));
  const products = results.map((result) => product(result, options)).filter((p) => p !== null);
  for (const text of products) process.stdout.write(text);
  report(findings, options, products.length > 0);
  return exitCode(findings, options.strict ?? false);
}

/** Options of `failoverd -t`, which takes over keepalived's `-t`. */
export interface ConfigTestOptions {
  /** A file, or a pattern. */
  readonly file: string;
  readonly configId: string | undefined;
  readonly allIncludes: boolean;
  /** `--config-test=LOGFILE`: messages are appended to it instead of going to standard error. */
  readonly logFile: string | undefined;
}

/** The configuration test with keepalived's exit codes: 0, 5 (mistakes) or 6 (scripts). */
export async function runConfigTest(options: ConfigTestOptions): Promise<number> {
  expectShortLife();
  const result = loadConfig(options.file, {
    allIncludeChecks: options.allIncludes,
    ...(options.configId !== undefined && { configId: options.configId }),
  });
  const diagnostics = [...result.diagnostics, ...(await checkHost(result))];
  const shown = diagnostics.filter((finding) => finding.severity !== 'note');
  const written = options.logFile !== undefined && (await append(options.logFile, shown));
  if (!written) {
    process.stderr.write(formatDiagnostics(shown, { color: wantsColor(process.stderr) }));
  }
  return noFile(diagnostics) ? exitCodes.noConfig : configTestExitCode(diagnostics);
}

/** Whether it could be written; says so where it could not. */
async function append(file: string, findings: readonly Finding[]): Promise<boolean> {
  const { appendFile } = await import('node:fs/promises');
  try {
    await appendFile(file, formatDiagnostics(findings));
    return true;
  } catch (error) {
    process.stderr.write(`failoverd: ${file} cannot be written: ${errorText(error)}\n`);
    return false;
  }
}

const formats = ['text', 'json', 'sarif'];

/** Adds the `check` command; the exit code is left in `process.exitCode`. */
export function addCheckCommand(program: Command): void {
  program
    .command('check')
    .description('check a configuration, or compare those of several routers')
    .argument('[file...]', 'configuration files (default: /etc/keepalived/keepalived.conf)')
    .option('-f, --file <file...>', 'the same, as an option')
    .option('--format <format>', `one of ${formats.join(', ')}`, 'text')
    .option('-i, --config-id <id>', 'id of the @id lines to take')
    .option('-e, --all-config', 'every include has to match something')
    .option('--print', 'write the canonical form of the configuration')
    .option('--json', 'write the model as JSON')
    .option('--dump <form>', "write keepalived's dump, computed from the file alone (json)")
    .option('--on-host', 'also check interfaces, scripts and users of this host')
    .option('--strict', 'exit with an error code for warnings, too')
    .option('-q, --quiet', 'leave out notes')
    .action(async (given: string[], options: CheckOptions) => {
      const files = [...given, ...(options.file ?? [])];
      const wrong = formats.includes(options.format) ? null : `unknown format ${options.format}`;
      const unknownDump = options.dump !== undefined && options.dump !== 'json';
      if (wrong !== null || unknownDump) {
        process.stderr.write(`failoverd check: ${wrong ?? `unknown dump ${options.dump}`}\n`);
        process.exitCode = exitCodes.failure;
        return;
      }
      const named = files.length > 0 ? files : ['/etc/keepalived/keepalived.conf'];
      process.exitCode = await runCheck(named, options);
    });
}
