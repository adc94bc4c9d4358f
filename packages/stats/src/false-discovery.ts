/**
 * p-values → q-values, in the same order: the smallest false discovery rate at which each would be called a finding (Y. Benjamini and
 * Y. Hochberg, J. R. Statist. Soc. B 57, 1995). Where nothing differs at all, it also bounds the chance that anything is found.
 */
export function falseDiscoveryRates(p: readonly number[]): number[] {
  const order = Array.from(p.keys()).sort((x, y) => (p[y] ?? 1) - (p[x] ?? 1))
  const q = new Array<number>(p.length).fill(1)
  let least = 1
  order.forEach((at, k) => {
    const rank = p.length - k
    least = Math.min(least, ((p[at] ?? 1) * p.length) / rank)
    q[at] = least
  })
  return q
}
