// Which targets the log has, by a process of its own: what counts is where its standard error goes.
import path from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../lab/commands.ts';

const module = path.resolve(import.meta.dirname, '../../src/daemon/logging.ts');
const program = `
  const { openLog } = await import('${module}');
  const choices = { detail: 0, console: true, syslog: true, facility: 3, file: undefined };
  const log = openLog(choices, () => 0, process.env);
  log.warning('VI_1: odd');
  await log.close();
`;

it.runIf(process.getuid?.() === 0).each([
  ['a pipe that the journal reads: the level is for the journal', true, /^<4>VI_1: odd\n$/],
  [
    'a pipe that somebody reads: the time is for them',
    false,
    /^\d{4}-\S+ \S+ warning: VI_1: odd\n$/,
  ],
])('standard error is %s', async (_, journal, wanted) => {
  // As systemd says it, where its socket is not to be seen: in a container.
  const stream = journal ? 'JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)' : 'JOURNAL_STREAM=';
  const script = `${stream} exec "$0" --import tsx --input-type=module -e "$1" 2>&1 >/dev/null | cat`;
  const argv = ['unshare', '-m', 'sh', '-c'];
  const hidden = 'mount -t tmpfs none /run; mount --bind /dev/null /dev/log 2>/dev/null; ';
  const text = await run([...argv, `${hidden}${script}`, process.execPath, program]);
  expect(text).toMatch(wanted);
});
