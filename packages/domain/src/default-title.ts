import { type CaptureSpec, findRecipe, instrumentTitle } from '@sonde/contract'

const MAX_TITLE = 120

/** "CPU profile of web-1", "Latency of vfs_read on web-1 and 211 more". */
export function defaultTitle(spec: CaptureSpec, names: readonly string[]): string {
  const [first = 'no host', ...others] = names
  const more = others.length === 0 ? '' : others.length === 1 ? ` and ${others[0]}` : ` and ${others.length} more`
  const what = specTitle(spec)
  const where = ` ${findRecipe(spec.recipe) ? 'of' : 'on'} ${first}${more}`
  // A mangled symbol or a host's name may be long: what is recorded gives way, since where is what tells two captures apart.
  const room = Math.max(20, MAX_TITLE - where.length)
  return `${what.length > room ? `${what.slice(0, room - 1)}…` : what}${where}`
}

/** What is recorded: the recipe's title, or the instruments. */
export function specTitle(spec: CaptureSpec): string {
  return findRecipe(spec.recipe)?.title ?? capitalise(spec.instruments.map(instrumentTitle).join(' + '))
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
