import type { CallTree, TreeDiff, WeightColumn } from '@sonde/profile'
import { formatShare, formatWeight, type WeightUnit } from './format.ts'

/** Grades of a difference, by how many times larger a frame's share is on one side than on the other: from each bound on. */
export const DIFF_GRADES = [
  { label: 'less than 1.2 ×', times: 1 },
  { label: '1.2 ×', times: 1.2 },
  { label: '2 ×', times: 2 },
  { label: '4 × and more', times: 4 },
] as const

/** More here (1), less (−1), or not to be told from chance (0); and the grade, an index into DIFF_GRADES. */
export function diffGrade(tree: CallTree, node: number): { sign: -1 | 0 | 1; grade: number } {
  const { diff } = tree
  const change = diff?.change[node] ?? 0
  if (!diff || change === 0 || (diff.clear[node] ?? 0) === 0) return { sign: 0, grade: 0 }
  const [a, b] = [shareOf(diff.here, node), shareOf(diff.rest, node)]
  const times = Math.max(a, b) / Math.min(a, b)
  let grade = 0
  for (let i = 0; i < DIFF_GRADES.length; i++) if (times >= (DIFF_GRADES[i]?.times ?? 0)) grade = i
  return { sign: change > 0 ? 1 : -1, grade }
}

const shareOf = (column: WeightColumn, node: number): number => ((column[0] ?? 0) > 0 ? (column[node] ?? 0) / (column[0] ?? 1) : 0)

export const diffSign = (sign: -1 | 0 | 1): string => (sign > 0 ? '▲' : sign < 0 ? '▼' : '')

export const restWords = ({ restHosts }: TreeDiff): string => (restHosts === 1 ? 'the other host' : `the other ${restHosts} hosts`)

/** `▲ 3.1 points more`, `within chance`, `the same`. A point is 1 % of all that a side recorded. */
export function changeText({ diff }: CallTree, node: number): string {
  const change = diff?.change[node] ?? 0
  if (change === 0) return 'the same'
  const points = Math.abs(change) * 100
  const amount = `${points < 0.01 ? '< 0.01' : points < 1 ? points.toFixed(2) : points.toFixed(1)} points ${change > 0 ? 'more' : 'less'}`
  if ((diff?.clear[node] ?? 0) === 0) return `${amount}, within chance`
  return `${diffSign(change > 0 ? 1 : -1)} ${amount}`
}

/** Rows of a tooltip: each side with its share of all that it recorded, and the difference. */
export function diffRows(tree: CallTree, node: number, unit: WeightUnit): { label: string; value: string; share: string }[] {
  const { diff } = tree
  if (!diff) return []
  const side = (label: string, column: WeightColumn) => ({
    label,
    value: formatWeight(column[node] ?? 0, unit),
    share: formatShare(column[node] ?? 0, column[0] ?? 0),
  })
  return [side('this host', diff.here), side(restWords(diff), diff.rest), { label: 'difference', value: changeText(tree, node), share: '' }]
}

/** A frame's weight in a sentence: `612 samples, 12.4 %`, or both sides' shares. */
export function weightText(tree: CallTree, node: number, unit: WeightUnit): string {
  const { diff } = tree
  if (!diff) return `${formatWeight(tree.total[node] ?? 0, unit)}, ${formatShare(tree.total[node] ?? 0, tree.total[0] ?? 0)}`
  const share = (column: WeightColumn) => formatShare(column[node] ?? 0, column[0] ?? 0)
  return `this host ${share(diff.here)}, ${restWords(diff)} ${share(diff.rest)}, ${changeText(tree, node)}`
}
