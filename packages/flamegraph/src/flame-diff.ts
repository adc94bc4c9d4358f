import type { CallTree, TreeDiff } from '@sonde/profile'
import { formatCount, formatShare, formatWeight, type WeightUnit } from './format.ts'

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
  const [a, b] = [sideValue(diff, 'here', node), sideValue(diff, 'rest', node)]
  const times = Math.max(a, b) / Math.min(a, b)
  let grade = 0
  for (let i = 0; i < DIFF_GRADES.length; i++) if (times >= (DIFF_GRADES[i]?.times ?? 0)) grade = i
  return { sign: change > 0 ? 1 : -1, grade }
}

/** A side's share of all that it recorded, or what its weight is divided by instead. */
function sideValue(diff: TreeDiff, side: 'here' | 'rest', node: number): number {
  const column = diff[side]
  const all = diff.compared?.per?.[side] ?? column[0] ?? 0
  return all > 0 ? (column[node] ?? 0) / all : 0
}

export const diffSign = (sign: -1 | 0 | 1): string => (sign > 0 ? '▲' : sign < 0 ? '▼' : '')

export const hereWords = ({ compared }: TreeDiff): string => compared?.names.here ?? 'this host'

export const restWords = ({ compared, restHosts }: TreeDiff): string =>
  compared?.names.rest ?? (restHosts === 1 ? 'the other host' : `the other ${restHosts} hosts`)

/** Why a frame is grey. */
export const greyWords = ({ compared }: TreeDiff): string => (compared?.isJudged ? 'not significant' : 'within chance')

/** What makes the sides comparable, for a legend. */
export const comparedWords = ({ compared }: TreeDiff): string =>
  compared?.per ? `compared in ${compared.unit}` : 'compared by share of all that each side recorded'

/** `▲ 3.1 points more`, `within chance`, `the same`. A point is 1 % of all that a side recorded. */
export function changeText({ diff }: CallTree, node: number): string {
  const change = diff?.change[node] ?? 0
  if (!diff || change === 0) return 'the same'
  const amount = `${diff.compared?.per ? `${shortNumber(Math.abs(change))} ${diff.compared.unit}` : pointsText(Math.abs(change))} ${change > 0 ? 'more' : 'less'}`
  if ((diff.clear[node] ?? 0) === 0) return `${amount}, ${greyWords(diff)}`
  return `${diffSign(change > 0 ? 1 : -1)} ${amount}`
}

function pointsText(share: number): string {
  const points = share * 100
  return `${points < 0.01 ? '< 0.01' : points < 1 ? points.toFixed(2) : points.toFixed(1)} points`
}

const shortNumber = (value: number): string => (value >= 100 ? formatCount(Math.round(value)) : String(Number(value.toPrecision(3))))

/** Rows of a tooltip: each side with its share of all that it recorded, and the difference. A comes before B. */
export function diffRows(tree: CallTree, node: number, unit: WeightUnit): { label: string; value: string; share: string }[] {
  const { diff } = tree
  if (!diff) return []
  const side = (label: string, of: 'here' | 'rest') => ({
    label,
    value: formatWeight(diff[of][node] ?? 0, unit),
    share: valueText(diff, of, node),
  })
  const sides = [side(hereWords(diff), 'here'), side(restWords(diff), 'rest')]
  return [...(diff.compared ? sides.reverse() : sides), { label: 'difference', value: changeText(tree, node), share: '' }]
}

const valueText = (diff: TreeDiff, of: 'here' | 'rest', node: number): string =>
  diff.compared?.per
    ? `${shortNumber(sideValue(diff, of, node))} ${diff.compared.unit}`
    : formatShare(diff[of][node] ?? 0, diff[of][0] ?? 0)

/** A frame's weight in a sentence: `612 samples, 12.4 %`, or both sides' shares. */
export function weightText(tree: CallTree, node: number, unit: WeightUnit): string {
  const { diff } = tree
  if (!diff) return `${formatWeight(tree.total[node] ?? 0, unit)}, ${formatShare(tree.total[node] ?? 0, tree.total[0] ?? 0)}`
  const sides = [`${hereWords(diff)} ${valueText(diff, 'here', node)}`, `${restWords(diff)} ${valueText(diff, 'rest', node)}`]
  return [...(diff.compared ? sides.reverse() : sides), changeText(tree, node)].join(', ')
}
