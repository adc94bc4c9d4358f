export type MarkedPart = { text: string; marked: boolean }

/** A name in parts, those marked that a word of the search is in: for showing why something was found. Ignores case. */
export function markMatches(name: string, search: string): MarkedPart[] {
  const lower = name.toLowerCase()
  // Some letters change their length in lower case, which would shift every index after them.
  if (lower.length !== name.length) return [{ text: name, marked: false }]
  const isMarked = new Array<boolean>(name.length).fill(false)
  for (const word of search
    .toLowerCase()
    .split(/[\s*]+/)
    .filter(Boolean)) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + word.length)) isMarked.fill(true, at, at + word.length)
  }
  const parts: MarkedPart[] = []
  for (let i = 0; i < name.length; i++) {
    const marked = isMarked[i] ?? false
    const last = parts.at(-1)
    if (last?.marked === marked) last.text += name.charAt(i)
    else parts.push({ text: name.charAt(i), marked })
  }
  return parts
}
