/** `failoverd replay TRACE`: what the core made of a trace of the flight recorder, told again. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { errorText } from '../base/errorText.ts';
import { microsPerSecond } from '../base/units.ts';
import type { EngineEvent, Input, Output } from '../engine/messages.generated.ts';
import { exitCodes } from './exitCodes.ts';

export function addReplayCommand(program: Command): void {
  program
    .command('replay')
    .description('print a flight recorder trace step by step')
    .argument('<trace>', 'a file that failoverd record wrote; - is standard input')
    .option('--json', 'one JSON object for each call of the core, with all that came of it')
    .allowExcessArguments(false)
    .action(async (file: string, { json }: { readonly json?: true }) => {
      process.exitCode = await run(file, json === true);
    });
}

async function run(file: string, json: boolean): Promise<number> {
  const [{ NotATrace, replay, stepJson }, { describeEvent }, { Registry }] = await Promise.all([
    import('../observe/replay.ts'),
    import('../observe/describeEvent.ts'),
    import('../daemon/registry.ts'),
  ]);
  const names = new Registry();
  const tell = (output: Output): string =>
    isEvent(output) ? (describeEvent(output, names)?.message ?? output.kind) : fieldsOf(output);
  let first: number | undefined;
  try {
    for (const step of replay(readFileSync(file === '-' ? 0 : file, 'utf8').split('\n'))) {
      if (json) {
        process.stdout.write(`${stepJson(step)}\n`);
        continue;
      }
      first ??= step.at;
      if (step.input !== undefined && isCommand(step.input)) names.learn([step.input]);
      const seconds = ((step.at - first) / microsPerSecond).toFixed(6);
      const what = step.input === undefined ? 'deadlines' : fieldsOf(step.input);
      const lines = [`${seconds} ${what}`, ...step.outputs.map((one) => `    ${tell(one)}`)];
      process.stdout.write(`${lines.join('\n')}\n`);
    }
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof NotATrace) && !isSystemError(error)) throw error;
    process.stderr.write(`failoverd: ${file}: ${errorText(error)}\n`);
    return exitCodes.failure;
  }
}

const actions = new Set<Output['kind']>([
  'SendAdvert',
  'Listen',
  'Unlisten',
  'AddAddress',
  'RemoveAddress',
  'Announce',
]);

function isEvent(output: Output): output is Extract<Output, EngineEvent> {
  return !actions.has(output.kind);
}

type Named = Extract<Input, { kind: 'ApplyInstance' | 'ApplyGroup' | 'ApplyTracker' }>;

function isCommand(input: Input): input is Named {
  return ['ApplyInstance', 'ApplyGroup', 'ApplyTracker'].includes(input.kind);
}

/** The kind, then each field that says something on one line: "Announce instance 1 ifIndex 2". */
function fieldsOf({ kind, ...fields }: Input | Output): string {
  const said = Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
    if (value instanceof Uint8Array) return [`${name} ${Buffer.from(value).toString('hex')}`];
    if (typeof value === 'object' && value !== null && 'name' in value) return [String(value.name)];
    const plain = ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
    return plain ? [`${name} ${value as string | number | boolean}`] : [];
  });
  return [kind, ...said].join(' ');
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
