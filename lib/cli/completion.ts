/** `keepalambda completion SHELL`: what a shell needs to complete commands, options and environments. */
import { Argument, Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** The command; the script is made from the commands that the program has when it is called. */
export function completionCommand(program: Command, tell: (text: string) => void): Command {
  return new Command('completion')
    .description('Prints a script that completes commands, options and environments in your shell.')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => tell(scripts[shell](wordsOf(program))));
}

const help = `
Examples:
  eval "$(keepalambda completion bash)"      # in ~/.bashrc
  eval "$(keepalambda completion zsh)"       # in ~/.zshrc, after compinit
  keepalambda completion fish | source       # in ~/.config/fish/config.fish`;

interface Words {
  readonly name: string;
  readonly about: string;
  readonly options: readonly { readonly long: string; readonly about: string }[];
  /** What its first argument may be, where there is a fixed list. */
  readonly choices: readonly string[];
}

function wordsOf(program: Command): readonly Words[] {
  return program.commands.map((command) => ({
    name: command.name(),
    about: (command.description().split(/[.:;]/)[0] ?? '').replaceAll("'", ''),
    options: command.options.flatMap(({ long, description }) =>
      long ? [{ long, about: description.replaceAll("'", '') }] : [],
    ),
    choices: command.registeredArguments[0]?.argChoices ?? [],
  }));
}

/** The names of the environment files, where the person is. */
const environments = 'ls environments 2>/dev/null | sed -n "s/[.]ts$//p"';

const scripts: Readonly<Record<Shell, (words: readonly Words[]) => string>> = {
  bash: (words) => bashScript(words, []),
  // Its emulation of bash's completion does what is needed.
  zsh: (words) => bashScript(words, ['autoload -Uz bashcompinit && bashcompinit']),
  fish: fishScript,
};

function bashScript(words: readonly Words[], before: readonly string[]): string {
  const cases = words.map(({ name, options, choices }) => {
    const all = [...choices, ...options.map(({ long }) => long), '--help'];
    return `    ${name}) words='${all.join(' ')}' ;;`;
  });
  return [
    ...before,
    '_keepalambda() {',
    `  local words="" word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}"`,
    '  if [ "$before" = --env ]; then',
    `    words="$(${environments})"`,
    '  elif [ "$COMP_CWORD" -eq 1 ]; then',
    `    words='${words.map(({ name }) => name).join(' ')}'`,
    `  else case "\${COMP_WORDS[1]}" in`,
    ...cases,
    '  esac; fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -F _keepalambda keepalambda',
  ].join('\n');
}

function fishScript(words: readonly Words[]): string {
  const lines = words.flatMap(({ name, about, options, choices }) => [
    `complete -c keepalambda -n __fish_use_subcommand -a ${name} -d '${about}'`,
    ...options.map(
      ({ long, about: what }) =>
        `complete -c keepalambda -n '__fish_seen_subcommand_from ${name}' -l ${long.slice(2)} -d '${what}'${long === '--env' ? ` -xa '(${environments})'` : ''}`,
    ),
    ...choices.map(
      (choice) => `complete -c keepalambda -n '__fish_seen_subcommand_from ${name}' -a ${choice}`,
    ),
  ]);
  return ['complete -c keepalambda -f', ...lines].join('\n');
}
