const MAX_DISTANCE = 3

/** Up to `count` names that may have been meant: those that hold the asked one, or lie a few keystrokes away; the nearest first. */
export function nearMatches(asked: string, names: Iterable<string>, count = 3): string[] {
  const wanted = asked.replaceAll('*', '').toLowerCase()
  if (wanted === '' || wanted.length > 256) return []
  const scored: { name: string; score: number }[] = []
  for (const name of names) {
    const candidate = name.toLowerCase()
    if (candidate.includes(wanted)) scored.push({ name, score: (candidate.length - wanted.length) / 100 })
    // Of hundreds of thousands of names only those that begin alike are worth counting keystrokes for.
    else if (wanted.length >= 4 && candidate[0] === wanted[0] && Math.abs(candidate.length - wanted.length) <= MAX_DISTANCE) {
      const distance = editDistance(wanted, candidate)
      if (distance <= MAX_DISTANCE) scored.push({ name, score: distance })
    }
  }
  return scored
    .sort((a, b) => a.score - b.score || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name)
}

/** ` Did you mean a, b?`, or nothing. */
export function didYouMean(asked: string, names: Iterable<string>): string {
  const near = nearMatches(asked, names)
  return near.length > 0 ? ` Did you mean ${near.join(', ')}?` : ''
}

/** Levenshtein's distance; MAX_DISTANCE + 1 as soon as it is sure to be larger. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const value = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + cost)
      row.push(value)
      least = Math.min(least, value)
    }
    if (least > MAX_DISTANCE) return MAX_DISTANCE + 1
    previous = row
  }
  return previous[b.length] ?? 0
}
