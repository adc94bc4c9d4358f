import { RECIPE_LIST } from '@sonde/contract'
import type { Command } from 'commander'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

type Entry = { name: string; description: string; options: string[]; words: string[] }

/** A script for the shell, made from the very commands: what follows `sonde`, the options of each command, recipes after `run`. */
export function completionScript(shell: Shell, program: Command): string {
  const entries = program.commands.map((command): Entry => {
    const choices = command.registeredArguments.flatMap((argument) => argument.argChoices ?? [])
    return {
      name: command.name(),
      description: command.description().split('\n')[0] ?? '',
      options: command.options.flatMap((option) => (option.long ? [option.long] : [])),
      words: command.name() === 'run' ? RECIPE_LIST.map((recipe) => recipe.id) : choices,
    }
  })
  switch (shell) {
    case 'bash':
      return bash(entries)
    case 'zsh':
      return zsh(entries)
    case 'fish':
      return fish(entries)
  }
}

/** Words here are names of commands, options and recipes: letters, digits and dashes. */
function bash(entries: readonly Entry[]): string {
  const cases = entries.map(({ name, options, words }) => `    ${name}) words="${[...words, ...options].join(' ')}" ;;`)
  return `# sonde: completion for bash. To use it: source <(sonde completion bash)
_sonde() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" words
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    words="${entries.map((entry) => entry.name).join(' ')} --help --version"
  else
    case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _sonde sonde
`
}

function zsh(entries: readonly Entry[]): string {
  const described = entries.map(({ name, description }) => `    '${name}:${quoted(description)}'`)
  const cases = entries.map(({ name, options, words }) => `    ${name}) compadd -- ${[...words, ...options].join(' ')} ;;`)
  return `#compdef sonde
# sonde: completion for zsh. To use it: source <(sonde completion zsh), after compinit
_sonde() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  case "$words[2]" in
${cases.join('\n')}
  esac
  _files
}
compdef _sonde sonde
`
}

function fish(entries: readonly Entry[]): string {
  const lines = entries.flatMap(({ name, description, options, words }) => [
    `complete -c sonde -n __fish_use_subcommand -a ${name} -d '${quoted(description)}'`,
    ...options.map((option) => `complete -c sonde -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
    ...(words.length > 0 ? [`complete -c sonde -n '__fish_seen_subcommand_from ${name}' -a '${words.join(' ')}'`] : []),
  ])
  return `# sonde: completion for fish. To use it: sonde completion fish | source\n${lines.join('\n')}\n`
}

const quoted = (text: string): string => text.replaceAll("'", '’').replaceAll(':', ' –')
