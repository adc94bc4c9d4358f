import { MAX_PATTERN_LENGTH } from './parse-pattern.ts'
import type { FlameSearch } from './search.ts'

/**
 * A search that finds this name and no longer one: the name as a regular expression. Where that is longer than a link keeps
 * (`maxLength`), the beginning of the name as plain text.
 */
export function exactName(name: string, maxLength: number): FlameSearch {
  const pattern = `^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`
  return pattern.length <= Math.min(maxLength, MAX_PATTERN_LENGTH)
    ? { text: pattern, regex: true }
    : { text: name.slice(0, maxLength), regex: false }
}
