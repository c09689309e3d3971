/** What `--help` says beside the options: groups of commands, examples, exit codes. */
import { Command } from 'commander';
import { exitCodeHelp } from './exitCodes.ts';

const groups: readonly (readonly [string, readonly string[]])[] = [
  ['Daemon:', ['run', 'cleanup']],
  [
    'Ask or tell the running daemon:',
    ['status', 'why', 'events', 'reload', 'drain', 'undrain', 'upgrade', 'record'],
  ],
  ['Examine files, the host and the wire:', ['check', 'doctor', 'listen', 'replay']],
];

const examples: Readonly<Record<string, readonly string[]>> = {
  run: [
    'failoverd -f /etc/keepalived/keepalived.conf -n -l -D',
    'failoverd -t -f new.conf                 test a file and exit',
  ],
  check: [
    'failoverd check new.conf',
    'failoverd check router1.conf router2.conf     compare two routers, and try every failure',
    'failoverd check --on-host --strict new.conf',
  ],
  status: ['failoverd status', 'failoverd status VI_1 --json', 'failoverd status --watch'],
  why: ['failoverd why VI_1'],
  events: ['failoverd events --since 1h', 'failoverd events --follow --json'],
  reload: [
    'failoverd reload --plan          what would change, and whether anything would fail over',
    'failoverd reload --plan && failoverd reload',
    'failoverd reload --confirm-within 60s    back to what runs now, unless within 60s:',
    'failoverd reload --confirm',
  ],
  upgrade: ['apt install ./failoverd_*.deb        does it by itself', 'failoverd upgrade'],
  drain: [
    'failoverd drain VI_1',
    'failoverd drain            every instance, before maintenance',
    'failoverd drain --force    even if nobody else takes over',
  ],
  undrain: ['failoverd undrain'],
  record: ['failoverd record trace.jsonl && failoverd replay trace.jsonl'],
  replay: ['failoverd replay trace.jsonl', 'failoverd record | failoverd replay -'],
  cleanup: ['failoverd cleanup -f /etc/keepalived/keepalived.conf'],
  listen: [
    'failoverd listen eth0',
    'failoverd listen eth0 -f /etc/keepalived/keepalived.conf --seconds 10',
  ],
  doctor: ['failoverd doctor -q', 'failoverd doctor --bundle /tmp/failoverd.tar.gz'],
  completion: ['source <(failoverd completion bash)'],
};

/** In the list of commands: the name and its arguments; that there are options goes without saying. */
function term(command: Command): string {
  const words = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...words].join(' ');
}

/** Gives every command its examples, and its errors the way to its own help. */
export function addHelp(program: Command): void {
  for (const command of program.commands) {
    const name = command.name();
    const group = groups.find(([, names]) => names.includes(name))?.[0];
    command.helpGroup(group ?? 'Other:');
    command.showHelpAfterError(`(failoverd ${name} --help lists what it takes)`);
    const lines = (examples[name] ?? []).map((line) => `  ${line}\n`).join('');
    command.addHelpText('after', `\nExamples:\n${lines}`.trimEnd());
  }
  const help = new Command('help').argument('[command]').description("show a command's help");
  program.addHelpCommand(help.helpGroup('Other:'));
  program.configureHelp({ sortSubcommands: false, subcommandTerm: term });
  program.addHelpText('after', `\n${daemonUsage}\n${exitCodeText()}`);
}

const daemonUsage = `Without a command it is the daemon, with keepalived's options (failoverd run --help):
  failoverd -f FILE [-n] [-l] [-D] [-t] [-p PIDFILE] [-s NAMESPACE] [-i ID] ...
`;

function exitCodeText(): string {
  const lines = exitCodeHelp.map(([code, text]) => `  ${String(code).padEnd(4)}${text}`);
  return `Exit codes:\n${lines.join('\n')}`;
}
