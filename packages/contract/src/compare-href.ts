import type { Comparison, Selection } from './comparison.ts'

// Without schemas: pages that only link to a comparison need none.

/** Selection → a word of a link: the capture's id, then `~` and a letter for each part that is not all. `id~h.HOST~rest~p.HOST:PID~w.0-5000` */
export function formatSelection(selection: Selection): string {
  const parts: string[] = [selection.capture]
  if (selection.host) parts.push(`h.${selection.host}`)
  if (selection.rest) parts.push('rest')
  if (selection.process) parts.push(`p.${selection.process}`)
  if (selection.window) parts.push(`w.${selection.window}`)
  return parts.join('~')
}

/** Path and query of the page of a comparison: `/compare?a=…&b=…`, and what it is normalised by where that is not samples. */
export function compareHref(comparison: Pick<Comparison, 'a' | 'b'> & Partial<Pick<Comparison, 'by' | 'requests'>>): string {
  const { a, b, by = 'samples', requests = null } = comparison
  const query = new URLSearchParams({ a: formatSelection(a), b: formatSelection(b) })
  if (by !== 'samples') query.set('by', by)
  if (requests) query.set('requests', 'call' in requests ? requests.call : `${requests.a},${requests.b}`)
  return `/compare?${query}`.replaceAll('%7E', '~').replaceAll('%3A', ':').replaceAll('%2C', ',')
}
