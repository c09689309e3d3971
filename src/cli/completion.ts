/** Shell completion, made from the commands and options that commander knows. Pure. */
import type { Command, Option } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** One command as a shell needs to know it. */
interface Completed {
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
}

interface CompletedOption {
  readonly flags: readonly string[];
  readonly about: string;
  readonly takesValue: boolean;
  readonly takesFile: boolean;
}

/** The script that a shell reads, for instance `source <(failoverd completion bash)`. */
export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map(completed);
  const make = { bash, zsh, fish }[shell];
  return make(commands);
}

function completed(command: Command): Completed {
  const visible = command.options.filter((option) => !option.hidden);
  const help = { flags: ['-h', '--help'], about: 'show help', takesValue: false, takesFile: false };
  return {
    name: command.name(),
    about: command.description(),
    options: [...visible.map(completedOption), help],
  };
}

function completedOption(option: Option): CompletedOption {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const value = /[<[]([^>\]]*)[>\]]/.exec(option.flags)?.[1] ?? '';
  return {
    flags,
    about: option.description,
    takesValue: option.required || option.optional,
    takesFile: /file/i.test(value),
  };
}

/** The daemon's options are there without a command, too. */
function withoutCommand(commands: readonly Completed[]): readonly CompletedOption[] {
  return commands.find(({ name }) => name === 'run')?.options ?? [];
}

const flagsOf = (options: readonly CompletedOption[]): string =>
  options.flatMap(({ flags }) => flags).join(' ');

const fileFlags = (commands: readonly Completed[]): readonly string[] => [
  ...new Set(
    commands.flatMap(({ options }) =>
      options.flatMap(({ flags, takesFile }) => (takesFile ? flags : [])),
    ),
  ),
];

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, options }) => `    ${name}) words="${flagsOf(options)}" ;;`);
  const names = commands.map(({ name }) => name).join(' ');
  return `# bash completion of failoverd
_failoverd() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" words
  case "$previous" in
    ${fileFlags(commands).join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="${flagsOf(withoutCommand(commands))}" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${names} $words"; fi
  case "\${COMP_WORDS[1]}:$current" in
    listen:[!-]*|listen:) words="$words $(ls /sys/class/net 2>/dev/null)" ;;
    check:[!-]*|check:) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o filenames -F _failoverd failoverd
`;
}

function zsh(commands: readonly Completed[]): string {
  const quote = (text: string): string =>
    text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, '\\$&');
  const spec = ({ flags, about, takesValue, takesFile }: CompletedOption): string[] =>
    flags.map((flag) => {
      const value = takesFile ? ':file:_files' : takesValue ? ':value:' : '';
      return `'${flag}[${quote(about)}]${value}'`;
    });
  const listed = commands.map(({ name, about }) => `    '${name}:${quote(about)}'`);
  const cases = commands.map(
    ({ name, options }) =>
      `    ${name}) _arguments ${options.flatMap(spec).join(' ')} '*:file:_files' ;;`,
  );
  return `#compdef failoverd
_failoverd() {
  local -a commands
  commands=(
${listed.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
${cases.join('\n')}
    *) _arguments ${withoutCommand(commands).flatMap(spec).join(' ')} ;;
  esac
}
if [ "$funcstack[1]" = "_failoverd" ]; then _failoverd "$@"; else compdef _failoverd failoverd; fi
`;
}

function fish(commands: readonly Completed[]): string {
  const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
  const first = '__fish_use_subcommand';
  const lines = commands.map(
    ({ name, about }) => `complete -c failoverd -n ${first} -f -a ${name} -d ${quote(about)}`,
  );
  const one = (condition: string, option: CompletedOption): string => {
    const flags = option.flags.map((flag) =>
      flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
    );
    const value = option.takesFile ? ' -r -F' : option.takesValue ? ' -x' : ' -f';
    return `complete -c failoverd -n ${condition} ${flags.join(' ')}${value} -d ${quote(option.about)}`;
  };
  for (const option of withoutCommand(commands)) lines.push(one(first, option));
  for (const { name, options } of commands) {
    const condition = quote(`__fish_seen_subcommand_from ${name}`);
    for (const option of options) lines.push(one(condition, option));
  }
  return `# fish completion of failoverd\n${lines.join('\n')}\n`;
}
