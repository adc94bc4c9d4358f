import { DURATION_MS, expandRecipe, RECIPE_LIST, type Recipe } from '@sonde/contract'

/** What was typed after `/sonde`. `where`: labels as `key=value` and names of hosts, one a word. */
export type ParsedCommand =
  | { kind: 'help' }
  | { kind: 'start'; recipe: Recipe; where: string[]; durationMs: number }
  /** `text`: what is wrong, as a sentence for whoever typed it. */
  | { kind: 'wrong'; text: string }

/** Short words for the recipes that people ask for in a hurry. Any other recipe goes by its id or its title. */
const SHORT_WORDS: Readonly<Record<string, string>> = {
  cpu: 'cpu-profile',
  'cpu+syscalls': 'cpu-and-syscalls',
  'cpu syscalls': 'cpu-and-syscalls',
  syscalls: 'syscall-breakdown',
  offcpu: 'off-cpu',
  waits: 'off-cpu',
}

const MOST_WORDS = 40
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, sec: 1_000, m: 60_000, min: 60_000 }

/** `cpu service=checkout env=prod 30s` → what to start. Never throws. */
export function parseCommand(text: string): ParsedCommand {
  const words = text.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0 || words[0]?.toLowerCase() === 'help') return { kind: 'help' }
  if (words.length > MOST_WORDS) return wrong(`That is more than ${MOST_WORDS} words.`)
  const found = recipeOf(words)
  if (!found) return wrong(`There is no recipe “${words[0]}”. ${nearest(words[0] ?? '')}Try \`/sonde help\`.`)
  const { recipe } = found
  const rest = words.slice(found.words)
  const durations = rest.filter((word) => /^\d+(\.\d+)?[a-z]*$/i.test(word))
  const where = rest.filter((word) => !durations.includes(word))
  if (durations.length > 1) return wrong(`Two durations: ${durations.join(' and ')}. Give one, as in \`30s\`.`)
  const durationMs = durations[0] === undefined ? recipe.durationMs : durationOf(durations[0])
  if (durationMs === null) return wrong(`“${durations[0]}” is no duration. Write \`30s\` or \`2min\`.`)
  if (durationMs < DURATION_MS.min || durationMs > DURATION_MS.max)
    return wrong(`A capture lasts from ${DURATION_MS.min / 1_000} s to ${DURATION_MS.max / 60_000} min.`)
  if (where.length === 0) return wrong('Say on which hosts: a label as in `service=checkout`, or a host’s name.')
  const badLabel = where.find((word) => word.startsWith('=') || word.endsWith('='))
  if (badLabel !== undefined) return wrong(`“${badLabel}” is half a label. Write \`key=value\`, without spaces.`)
  const expanded = expandRecipe(recipe)
  if (!expanded.ok) return wrong(`“${recipe.title}” has to be filled in first: ${expanded.message} Start it on the page.`)
  return { kind: 'start', recipe, where, durationMs: Math.round(durationMs) }
}

const wrong = (text: string): ParsedCommand => ({ kind: 'wrong', text })

/** The recipe that the first words name, the longest name first. */
function recipeOf(words: readonly string[]): { recipe: Recipe; words: number } | null {
  for (let count = Math.min(6, words.length); count > 0; count--) {
    const name = words.slice(0, count).join(' ').toLowerCase()
    const id = Object.hasOwn(SHORT_WORDS, name) ? SHORT_WORDS[name] : name.replaceAll(' ', '-')
    const recipe = RECIPE_LIST.find((one) => one.id === id || one.title.toLowerCase() === name)
    if (recipe) return { recipe, words: count }
  }
  return null
}

function nearest(word: string): string {
  const part = word.toLowerCase()
  const like = RECIPE_LIST.filter(
    ({ id }) => part.length > 2 && (id.includes(part) || id.split('-').some((piece) => part.includes(piece) && piece.length > 2)),
  )
  return like.length === 0
    ? ''
    : `There is ${like
        .slice(0, 4)
        .map(({ id }) => `\`${id}\``)
        .join(', ')}. `
}

function durationOf(word: string): number | null {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([a-z]*)$/i.exec(word) ?? []
  const ms = UNITS[unit.toLowerCase() || 's']
  return amount === undefined || ms === undefined ? null : Number(amount) * ms
}

export const COMMAND_HELP = [
  '*Start a capture:* `/sonde RECIPE WHERE [DURATION]`',
  '• `/sonde cpu service=checkout 30s`: a CPU profile of every online host with that label',
  '• `/sonde syscalls service=checkout env=prod`: system calls; several labels must all hold',
  '• `/sonde offcpu web-1 2min`: what one host waits for, by its name',
  '*Recipes:* `cpu`, `syscalls`, `cpu+syscalls`, `offcpu`, or any other by its id, as in `disk-latency`.',
  'Captures started here are yours: they need an account in Sonde with your Slack e-mail address, and the role of an operator.',
].join('\n')
