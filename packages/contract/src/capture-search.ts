/**
 * What people type to find a capture: words that may occur anywhere, and words of one field, `function:json_encode tag:incident env=prod`.
 * Schema-free, since the search box uses it as well.
 */
export const SEARCH_FIELDS = {
  host: 'name of a host',
  label: 'a label of a host, env=prod; without the field as well',
  function: 'a function seen in the stacks',
  syscall: 'a system call that was made',
  by: 'who started it',
  tag: 'a tag',
  deploy: 'service, version or commit of a deploy that it was recorded before or after',
  note: 'text of a note on it, or of an incident that it is in',
} as const
export type SearchField = keyof typeof SEARCH_FIELDS

const OTHER_NAMES = new Map<string, SearchField>([
  ['fn', 'function'],
  ['func', 'function'],
  ['author', 'by'],
  ['call', 'syscall'],
  ['comment', 'note'],
])

export type SearchTerm = { field: SearchField | 'any'; text: string }

export const MAX_SEARCH_TERMS = 10

/**
 * Words and fields of a search, up to one more than ten, so that too many can be told; quotes hold words together, `note:"queue is down"`. A field that does not exist is a word:
 * `std::sort` and `http://…` are searched for as they are. A word `key=value` is a label.
 */
export function parseCaptureSearch(search: string): SearchTerm[] {
  const terms: SearchTerm[] = []
  for (const [, name, quoted, plain] of search.matchAll(/(?:([a-z]+):(?!:))?(?:"([^"]*)"|(\S+))/gi)) {
    const text = (quoted ?? plain ?? '').trim()
    if (text === '') continue
    const key = name?.toLowerCase() ?? ''
    const field = isField(key) ? key : OTHER_NAMES.get(key)
    if (field) terms.push({ field, text })
    else if (name !== undefined) terms.push({ field: 'any', text: `${name}:${text}` })
    else terms.push({ field: isLabel(text) ? 'label' : 'any', text })
    if (terms.length > MAX_SEARCH_TERMS) break
  }
  return terms
}

const isField = (name: string): name is SearchField => Object.hasOwn(SEARCH_FIELDS, name)
const isLabel = (text: string): boolean => /^[a-z][a-z0-9_.-]{0,62}=[A-Za-z0-9][A-Za-z0-9_.:/@+-]*$/.test(text)
