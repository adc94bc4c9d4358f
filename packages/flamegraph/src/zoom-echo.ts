/** An owner that wants the zoom elsewhere than reported has so long to answer before its word counts again. */
const ECHO_MS = 1000

/**
 * Zooms that were reported to the owner and have not come back yet. The graph moves at once and the owner's word (a URL, a
 * router) follows later, maybe after the next zoom: such an echo must not move the graph back.
 */
export class ZoomEchoes {
  private reports: { node: number; atMs: number }[] = []

  sent(node: number, nowMs: number): void {
    this.reports.push({ node, atMs: nowMs })
  }

  isDue(nowMs: number): boolean {
    this.forgetOld(nowMs)
    return this.reports.length > 0
  }

  /** True if the owner says what was reported; then it and all before it are settled. Else nothing is awaited any more. */
  take(node: number, nowMs: number): boolean {
    this.forgetOld(nowMs)
    const at = this.reports.findIndex((report) => report.node === node)
    this.reports = at < 0 ? this.reports : this.reports.slice(at + 1)
    return at >= 0
  }

  clear(): void {
    this.reports = []
  }

  /** To the numbers of a newer tree. */
  renumber(to: (node: number) => number): void {
    this.reports = this.reports.map(({ node, atMs }) => ({ node: to(node), atMs }))
  }

  private forgetOld(nowMs: number): void {
    this.reports = this.reports.filter(({ atMs }) => atMs > nowMs - ECHO_MS)
  }
}
