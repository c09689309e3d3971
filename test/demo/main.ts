// `npm run demo`: a failover to look at, on the reader's own machine, between two routers made of
// network namespaces. What happens is told by `story.ts`.

import { Lab } from '../lab/lab.ts';
import { runInUserNamespace, wayToRun } from './machine.ts';
import { readOptions, USAGE, type DemoOptions } from './options.ts';
import { tellStory } from './story.ts';
import { Teller } from './teller.ts';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (options instanceof Error) {
    process.stderr.write(`${options.message}\n\n${USAGE}`);
    return 2;
  }
  const way = wayToRun(options.peer);
  switch (way.kind) {
    case 'here':
      return perform(options);
    case 'user namespace':
      return runInUserNamespace();
    case 'nowhere':
      process.stderr.write(`${way.why}\n`);
      return 1;
  }
}

/** Plays the story in a lab of its own and clears it away, however it ends. */
async function perform(options: DemoOptions): Promise<number> {
  const teller = new Teller();
  const interrupted = new Promise<'interrupted'>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => resolve('interrupted'));
    }
  });
  let lab: Lab | undefined;
  try {
    lab = await build();
    const story = tellStory(lab, teller, options);
    // When interrupted, the story's own end is of no interest any more.
    story.catch(() => undefined);
    if ((await Promise.race([story, interrupted])) !== 'interrupted') return 0;
    teller.silence();
    teller.failure('\nInterrupted: clearing away.');
    return 130;
  } catch (error) {
    teller.silence();
    teller.failure(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await lab?.close();
  }
}

/** Each router sees its own processes only, as two computers would. */
async function build(): Promise<Lab> {
  try {
    return await Lab.create({ privatePids: ['server1', 'server2'] });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`This machine cannot make the demo's virtual network. ${reason}`);
  }
}

process.exitCode = await main();
// What an interrupted story still waits for must not keep the process.
process.exit();
