import type { NamedPerson } from '@sonde/contract'

/** What people are called while a note is written, `@Ada Admin`; stored, a mention is `@[id]`. */
export type Handles = readonly { id: string; handle: string }[]

const STORED = /^@\[([A-Za-z0-9_-]{1,64})\]/
const isWord = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{N}_]/u.test(c)

/** Everyone's name, and the end of their id where several have the same; the longest first. */
export function handlesOf(people: readonly NamedPerson[]): Handles {
  const names = people.map((person) => ({ id: person.id, name: person.name.replace(/[\p{C}\s`@[\]]+/gu, ' ').trim() || person.id }))
  const count = new Map<string, number>()
  for (const { name } of names) count.set(name, (count.get(name) ?? 0) + 1)
  return names
    .map(({ id, name }) => ({ id, handle: count.get(name) === 1 ? name : `${name} (${id.slice(-6)})` }))
    .sort((a, b) => b.handle.length - a.handle.length)
}

/** `@Ada Admin` → `@[id]`, but not in code. What names nobody stays as it is. */
export function storeMentions(text: string, handles: Handles): string {
  return outsideCode(text, (piece) => {
    let out = ''
    for (let at = 0; at < piece.length; ) {
      const named = mentionFrom(piece, at, handles)
      out += named ? `@[${named.id}]` : (piece[at] ?? '')
      at += named ? named.handle.length + 1 : 1
    }
    return out
  })
}

/** `@[id]` → `@Ada Admin`, where storing that again gives the same. */
export function showMentions(text: string, handles: Handles): string {
  return outsideCode(text, (piece) => {
    let out = ''
    for (let at = 0; at < piece.length; ) {
      const stored = STORED.exec(piece.slice(at, at + 70))
      const known = stored ? handles.find((one) => one.id === stored[1]) : undefined
      if (!stored || !known) {
        out += piece[at] ?? ''
        at++
        continue
      }
      const shown = `${out}@${known.handle}`
      at += stored[0].length
      const isSame = mentionFrom(shown + piece.slice(at), out.length, handles)?.id === known.id
      out = isSame ? shown : `${out}${stored[0]}`
    }
    return out
  })
}

function outsideCode(text: string, change: (piece: string) => string): string {
  return text
    .split(/(`[^`\n]+`)/)
    .map((piece, i) => (i % 2 === 1 ? piece : change(piece)))
    .join('')
}

/** Whom an `@` at this place names. */
function mentionFrom(text: string, at: number, handles: Handles): Handles[number] | undefined {
  if (text[at] !== '@' || isWord(text[at - 1])) return undefined
  return handles.find(({ handle }) => text.startsWith(handle, at + 1) && !isWord(text[at + 1 + handle.length]))
}

/** What is being typed after an `@` up to the caret; null where none is. */
export function typedMention(text: string, caret: number): { from: number; typed: string } | null {
  const from = text.lastIndexOf('@', caret - 1)
  const typed = text.slice(from + 1, caret)
  if (from < 0 || isWord(text[from - 1]) || typed.length > 40 || /[\n`[\]]/.test(typed) || typed.startsWith(' ')) return null
  return { from, typed }
}

/** Whom that may mean: each of its words begins one of the name's. Those first whose name begins with it. */
export function suggestPeople(handles: Handles, typed: string, limit = 6): Handles {
  const words = typed.toLowerCase().split(' ').filter(Boolean)
  const begins = (handle: string) => handle.toLowerCase().startsWith(typed.toLowerCase())
  return handles
    .filter(({ handle }) => {
      const own = handle.toLowerCase().split(/[\s.(-]+/)
      return words.every((word) => own.some((part) => part.startsWith(word)))
    })
    .sort((a, b) => Number(begins(b.handle)) - Number(begins(a.handle)) || (a.handle < b.handle ? -1 : 1))
    .slice(0, limit)
}
