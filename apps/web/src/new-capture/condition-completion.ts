import { CONDITION_OPS } from '@sonde/contract'
import type { FieldInfo } from './probe-fields.ts'

/** `insert` replaces the text from `from` to the cursor. */
export type Completion = { from: number; options: Array<{ insert: string; label: string; detail: string }> }

const NONE: Completion = { from: 0, options: [] }
const OP_WORDS: Record<(typeof CONDITION_OPS)[number], string> = {
  '==': 'is',
  '!=': 'is not',
  '<': 'less than',
  '<=': 'at most',
  '>': 'more than',
  '>=': 'at least',
  '&': 'has one of these bits',
}

/** Where the condition that the cursor is in begins: after the last && or comma that is not part of a quoted text. */
function beginningOf(text: string): number {
  let quote: string | null = null
  let begin = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (quote !== null) {
      if (c === quote) quote = null
    } else if (c === '"' || c === "'") quote = c
    else if (c === ',') begin = i + 1
    else if (c === '&' && text.charAt(i + 1) === '&') begin = ++i + 1
  }
  return begin
}

/**
 * What may come next where the cursor stands: names of fields at the beginning of a condition, operators after a field, && after a
 * value. Values themselves nobody can know.
 */
export function completeCondition(text: string, cursor: number, fields: readonly FieldInfo[]): Completion {
  const before = text.slice(0, cursor)
  const begin = beginningOf(before)
  const segment = before.slice(begin)
  const indent = segment.length - segment.trimStart().length
  const rest = segment.slice(indent)

  const name = /^[A-Za-z_]?[A-Za-z0-9_.]*$/.exec(rest)?.[0]
  if (name !== undefined) {
    const found = rank(fields, name)
    // Nothing more to say about a name that is typed out.
    if (found.length === 1 && found[0]?.ref === name) return NONE
    return { from: begin + indent, options: found.map(({ ref, type }) => ({ insert: `${ref} `, label: ref, detail: type })) }
  }

  const operator = /^([A-Za-z_][A-Za-z0-9_.]*)\s+([=!<>&]{0,2})$/.exec(rest)
  if (operator) {
    const [, ref = '', typed = ''] = operator
    const isText = fields.find((field) => field.ref === ref)?.sort === 'text'
    const ops = CONDITION_OPS.filter((op) => op.startsWith(typed) && op !== typed && (!isText || op === '==' || op === '!='))
    return { from: cursor - typed.length, options: ops.map((op) => ({ insert: `${op} `, label: op, detail: OP_WORDS[op] })) }
  }

  if (/^[A-Za-z_][A-Za-z0-9_.]*\s*(==|!=|<=|>=|<|>|&|=)\s*("[^"]*"|'[^']*'|[^\s,&"'=][^\s,&"']*)\s+$/.test(rest))
    return { from: cursor, options: [{ insert: '&& ', label: '&&', detail: 'and' }] }
  return NONE
}

/** Names that begin with what is typed before names that have it elsewhere. */
function rank(fields: readonly FieldInfo[], typed: string): FieldInfo[] {
  const needle = typed.toLowerCase()
  const begins = (ref: string) =>
    ref.toLowerCase().startsWith(needle) ||
    ref
      .toLowerCase()
      .replace(/^(args|start)\./, '')
      .startsWith(needle)
  const first = fields.filter((field) => begins(field.ref))
  return [...first, ...fields.filter((field) => !first.includes(field) && field.ref.toLowerCase().includes(needle))]
}
