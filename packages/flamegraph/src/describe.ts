import { type CallTree, FRAME_KIND, GROUP_KIND } from '@sonde/profile'
import { cleanText } from './clean-text.ts'
import { changeText, diffRows } from './flame-diff.ts'
import { formatCount, formatCpuTime, formatShare, formatWeight, type WeightUnit } from './format.ts'
import { pathTo, siblingPosition } from './navigate.ts'

/** Names in tooltips and copied stacks are cut here; 64 KB names exist. */
const MAX_NAME = 4096
const MAX_SPOKEN = 120
const MAX_MODULE = 512

const KIND_NAMES: Record<number, string> = {
  [FRAME_KIND.user]: 'user code',
  [FRAME_KIND.kernel]: 'kernel',
  [FRAME_KIND.jit]: 'JIT-compiled code',
  [FRAME_KIND.inlined]: 'inlined function',
  [FRAME_KIND.unknown]: 'unknown symbol',
  [GROUP_KIND.root]: 'everything',
  [GROUP_KIND.host]: 'host',
  [GROUP_KIND.process]: 'process',
  [GROUP_KIND.thread]: 'thread',
  [GROUP_KIND.module]: 'library',
  [GROUP_KIND.cgroup]: 'cgroup',
}
export const kindName = (kind: number): string => KIND_NAMES[kind] ?? 'frame'

export const nameOf = (tree: CallTree, node: number, maxLength = MAX_NAME): string =>
  cleanText(tree.labels[tree.label[node] ?? 0] ?? '', maxLength)

export const moduleOf = (tree: CallTree, node: number): string => cleanText(tree.modules[tree.module[node] ?? 0] ?? '', MAX_MODULE)

/** All that a tooltip says about a frame, as text. */
export type FrameDetails = {
  name: string
  module: string
  kind: string
  rows: { label: string; value: string; share: string }[]
  /** `612 of 4,930 samples`, `1.24 s blocked in 312 waits`; '' where events are not counted, or there is no word for them. */
  ofAll: string
}

/** What to call the events that weights other than samples belong to: `{ how: 'blocked in', one: 'wait', many: 'waits' }`. */
export type EventWords = { how: string; one: string; many: string }

export function describeFrame(tree: CallTree, node: number, unit: WeightUnit, periodNs: number, events?: EventWords): FrameDetails {
  const total = tree.total[node] ?? 0
  const self = tree.self[node] ?? 0
  const all = tree.total[0] ?? 0
  const parent = tree.parent[node] ?? -1
  const where = {
    name: nameOf(tree, node),
    module: moduleOf(tree, node),
    kind: kindName(tree.kind[node] ?? FRAME_KIND.unknown),
  }
  if (tree.diff) return { ...where, rows: diffRows(tree, node, unit), ofAll: '' }
  const rows = [{ label: 'total', value: formatWeight(total, unit), share: formatShare(total, all) }]
  if (parent >= 0)
    rows.push({ label: tree.isInverted ? 'of callee' : 'of caller', value: '', share: formatShare(total, tree.total[parent] ?? 0) })
  // In an inverted tree a row is a part of the self weight of the function on top: it has none of its own.
  if (!tree.isInverted) rows.push({ label: 'self', value: formatWeight(self, unit), share: formatShare(self, all) })
  const count = tree.count[node] ?? 0
  if (events && count > 1) rows.push({ label: `per ${events.one}`, value: formatWeight(total / count, unit), share: '' })
  const cpu = formatCpuTime(total, unit, periodNs)
  if (cpu) rows.push({ label: 'CPU time', value: `≈ ${cpu}`, share: '' })
  return { ...where, rows, ofAll: ofAllText(tree, node, unit, events) }
}

function ofAllText(tree: CallTree, node: number, unit: WeightUnit, events: EventWords | undefined): string {
  const total = tree.total[node] ?? 0
  if (unit === 'samples') return `${formatCount(total)} of ${formatCount(tree.total[0] ?? 0)} samples`
  if (!events) return ''
  const count = tree.count[node] ?? 0
  return `${formatWeight(total, unit)} ${events.how} ${formatCount(count)} ${count === 1 ? events.one : events.many}`
}

/** For a live region: `tcp_sendmsg, 12.4 %, depth 14, 3 of 9 siblings`. */
export function announceFrame(tree: CallTree, node: number): string {
  const { position, count } = siblingPosition(tree, node)
  const siblings = count > 1 ? `, ${position} of ${count} siblings` : ''
  const change = tree.diff ? `, ${changeText(tree, node)}` : ''
  return `${nameOf(tree, node, MAX_SPOKEN)}, ${formatShare(tree.total[node] ?? 0, tree.total[0] ?? 0)}${change}, depth ${tree.depth[node] ?? 0}${siblings}`
}

/**
 * The stack as plain text, innermost frame first as perf and gdb print it, one frame a line with its module in brackets; of an
 * inverted tree as much of it as stands above the frame. The root ("all") is left out, a root that is a function is not. Line
 * breaks and control characters in names cannot get through.
 */
export function stackText(tree: CallTree, node: number): string {
  const path = pathTo(tree, node).slice((tree.kind[0] ?? GROUP_KIND.root) >= GROUP_KIND.root ? 1 : 0)
  return (tree.isInverted ? path : path.reverse())
    .map((at) => {
      const module = moduleOf(tree, at)
      return module ? `${nameOf(tree, at)} (${module})` : nameOf(tree, at)
    })
    .join('\n')
}
