/** `failoverd doctor`: what is wrong with this host, and the command that cures it. */
import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { errorText } from '../base/errorText.ts';
import { paint, wantsColor } from '../base/terminal.ts';
import type { Paint } from '../base/terminal.ts';
import { defaultConfigFile } from '../daemon/options.ts';
import type { Verdict, VerdictKind } from '../doctor/verdict.ts';
import { exitCodes } from './exitCodes.ts';

interface RawDoctorOptions {
  readonly useFile: string;
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
    .description('say what is wrong with this host, and the command that cures it')
    .addOption(new Option('-f, --use-file <FILE>', 'the configuration').default(defaultConfigFile))
    .option('-i, --config-id <ID>', 'id for @ID lines (the first label of the host name)')
    .option('-s, --namespace <NAME>', 'look at this network namespace')
    .addOption(
      new Option('--seconds <N>', 'how long to listen (three and a half intervals)').argParser(
        seconds,
      ),
    )
    .option('--json', 'every verdict as JSON')
    .option('-q, --quiet', 'leave out what is well')
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
  const { findHolder } = await import('../daemon/instanceLock.ts');
  const { facts, loaded } = await collect({
    file: raw.useFile,
    configId: raw.configId,
    seconds: raw.seconds,
    findDaemon: async (instance) => (await findHolder(instance))?.pid,
  });
  const verdicts = examine(facts);
  if (raw.json === true) process.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  else process.stdout.write(verdictText(verdicts, raw.quiet === true, wantsColor(process.stdout)));
  if (raw.bundle !== undefined) {
    const { bundle } = await import('../doctor/bundle.ts');
    const { useFile: file, configId, namespace } = raw;
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
