/**
 * The failed calls of a row of a snapshot, by errno, not more than its calls. A host reads its table of calls first and that of errors a
 * moment later: where nearly every call fails, a snapshot has more failures than calls. What is beyond belongs to the next snapshot; the
 * most frequent errno gives way.
 */
export function errorsWithinCalls<Failure extends { count: number }>(failures: Failure[], calls: number): Failure[] {
  let beyond = failures.reduce((sum, { count }) => sum + count, 0) - calls
  if (beyond <= 0) return failures
  const within = [...failures].sort((a, b) => b.count - a.count)
  for (const [i, failure] of within.entries()) {
    const less = Math.min(beyond, failure.count)
    within[i] = { ...failure, count: failure.count - less }
    beyond -= less
  }
  return within.filter(({ count }) => count > 0)
}
