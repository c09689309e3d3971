/** `failoverd doctor`: what is wrong with this host, and the command that cures it. */
import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { errorText } from '../base/errorText.ts';
import { paint, wantsColor } from '../base/terminal.ts';
import type { Paint } from '../base/terminal.ts';
import type { Verdict, VerdictKind } from '../doctor/verdict.ts';
import { exitCodes } from './exitCodes.ts';

interface RawDoctorOptions {
  readonly useFile?: string;
  readonly configId?: string;
  readonly namespace?: string;
  readonly seconds?: number;
  readonly json?: true;
  readonly quiet?: true;
  readonly bundle?: string;
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('examine this host and say how to fix what is wrong')
    .option('-f, --use-file <FILE>', "the configuration; without it the running daemon's")
    .option('-i, --config-id <ID>', 'id for @ID lines (the first label of the host name)')
    .option('-s, --namespace <NAME>', 'look at this network namespace')
    .addOption(
      new Option('--seconds <N>', 'how long to listen (three and a half intervals)').argParser(
        seconds,
      ),
    )
    .option('--json', 'every verdict as JSON')
    .option('-q, --quiet', 'show warnings and problems only')
    .option('--bundle <FILE>', 'write an archive for a bug report, without secrets')
    .allowExcessArguments(false)
    .action(async (raw: RawDoctorOptions) => {
      process.exitCode = await run(raw);
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 600)) throw new InvalidArgumentError('It is not between 0 and 600.');
  return value;
}

async function run(raw: RawDoctorOptions): Promise<number> {
  const [{ collect }, { examine, worst }] = await Promise.all([
    import('../doctor/host/collect.ts'),
    import('../doctor/doctor.ts'),
  ]);
  if (raw.namespace !== undefined) {
    const problem = await enter(raw.namespace);
    if (problem !== undefined) return complain(problem);
  }
  const { subjectOf } = await import('./doctorSubject.ts');
  let subject;
  try {
    subject = await subjectOf({ file: raw.useFile, configId: raw.configId });
  } catch (error) {
    return complain(errorText(error));
  }
  const { findHolder } = await import('../daemon/instanceLock.ts');
  const { file, configId, troubles } = subject;
  const { facts, loaded } = await collect({
    file,
    configId,
    troubles,
    seconds: raw.seconds,
    findDaemon: async (instance) => (await findHolder(instance))?.pid,
  });
  if (subject.guessed && facts.system.daemonPid !== undefined) {
    process.stderr.write(
      `failoverd doctor: the daemon that runs here did not say which file it goes by; ` +
        `this is about ${file} (-f FILE for another)\n`,
    );
  }
  const verdicts = examine(facts);
  if (raw.json === true) process.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  else process.stdout.write(verdictText(verdicts, raw.quiet === true, wantsColor(process.stdout)));
  if (raw.bundle !== undefined) {
    const { bundle } = await import('../doctor/bundle.ts');
    const { namespace } = raw;
    const archive = await bundle(facts, verdicts, loaded, { file, configId, namespace });
    const problem = write(raw.bundle, archive);
    if (problem !== undefined) return complain(problem);
    process.stderr.write(`${raw.bundle} has been written; look into it before you send it\n`);
  }
  return worst(verdicts) === 'problem' ? exitCodes.problemFound : exitCodes.ok;
}

async function enter(namespace: string): Promise<string | undefined> {
  const { enterNamespace } = await import('../engine/index.ts');
  try {
    enterNamespace(namespace);
    return undefined;
  } catch (error) {
    return `the network namespace ${namespace} cannot be entered: ${errorText(error)}`;
  }
}

function write(file: string, data: Buffer): string | undefined {
  try {
    writeFileSync(file, data, { mode: 0o600 });
    return undefined;
  } catch (error) {
    return `${file} cannot be written: ${errorText(error)}`;
  }
}

function complain(sentence: string): number {
  process.stderr.write(`failoverd doctor: ${sentence}\n`);
  return exitCodes.failure;
}

const paints: Readonly<Record<VerdictKind, Paint>> = {
  ok: 'good',
  unknown: 'bold',
  warning: 'warning',
  problem: 'bad',
};

function verdictText(verdicts: readonly Verdict[], quiet: boolean, color: boolean): string {
  const shown = quiet
    ? verdicts.filter(({ verdict }) => verdict === 'problem' || verdict === 'warning')
    : verdicts;
  const lines = shown.flatMap(({ check, verdict, sentence, cure }) => {
    const head = paint(verdict.padEnd(8), paints[verdict], color);
    const line = `${head}${sentence} [${check}]`;
    return cure === undefined ? [line] : [line, `        cure: ${cure}`];
  });
  const count = (kind: VerdictKind): number =>
    verdicts.filter(({ verdict }) => verdict === kind).length;
  const numbers = [
    `problems: ${count('problem')}`,
    `warnings: ${count('warning')}`,
    `unknown: ${count('unknown')}`,
  ];
  return `${[...lines, numbers.join(', ')].join('\n')}\n`;
}
