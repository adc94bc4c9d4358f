import type { CallTree } from '@sonde/profile'
import { moduleOf, nameOf } from './describe.ts'
import type { FlameOrientation } from './draw.ts'
import { DIFF_GRADES, greyWords, hereWords, restWords, weightText } from './flame-diff.ts'
import { formatCount, formatShare, type WeightUnit } from './format.ts'
import { type ColorBy, SELF_GRADES } from './inks.ts'
import type { FlameLayout } from './layout.ts'
import { FAMILY, inkOf, type Palette, TONE } from './palette.ts'
import type { FlameMatches } from './search.ts'
import type { FlameTheme } from './theme.ts'
import type { VisibleRuns } from './visible.ts'

/** A flame graph as a picture of its own, away from the page: what is shown of it, and what is written around it. */
export type FlamePicture = {
  layout: FlameLayout
  matches: FlameMatches | null
  /** Everything below it is shown, its callers as strips over the whole width. */
  zoomNode: number
  orientation: FlameOrientation
  colorBy: ColorBy
  theme: FlameTheme
  unit: WeightUnit
  title: string
  /** Lines below the title: what the picture is of, and how much that is. */
  facts: readonly string[]
  widthPx: number
}

/** Rows of one picture, at most: browsers draw canvases of 16,384 px, and nobody reads more. */
export const MAX_PICTURE_ROWS = 800
/** What is narrower is not drawn by itself. */
export const MIN_PICTURE_BOX_PX = 2
/** Room around a picture, and of a line and of the title above it, px before it is scaled. */
export const MARGIN_PX = 10
export const LINE_PX = 16
export const TITLE_PX = 22

/** The rows of the picture, and a sentence where there are more. */
export function pictureRows({ layout, zoomNode }: FlamePicture): { rows: number; cut: string } {
  const all = Math.max(1, (layout.deepest[zoomNode] ?? 0) + 1)
  const rows = Math.min(all, MAX_PICTURE_ROWS)
  return { rows, cut: rows < all ? `${formatCount(all - rows)} more rows of deeper frames are not shown.` : '' }
}

/** The frames that the visible runs draw as strips, not one by one. */
export function narrowFrames(runs: VisibleRuns): number {
  let frames = 0
  for (let run = 0; run < runs.count; run++) if ((runs.strip[run] ?? -1) >= 0) frames += (runs.slotEnd[run] ?? 0) - (runs.slot[run] ?? 0)
  return frames
}

/** A sentence about them; '' where there are none. */
export function narrowSentence(frames: number): string {
  if (frames === 0) return ''
  const what = frames === 1 ? '1 frame narrower than' : `${formatCount(frames)} frames narrower than`
  return `${what} ${MIN_PICTURE_BOX_PX} px: drawn without a name.`
}

/** `tcp_sendmsg (vmlinux): 1,204 samples, 12.4 %`. */
export function frameSentence(tree: CallTree, node: number, unit: WeightUnit, maxName: number): string {
  const module = moduleOf(tree, node)
  const name = module === '' ? nameOf(tree, node, maxName) : `${nameOf(tree, node, maxName)} (${module})`
  return `${name}: ${weightText(tree, node, unit)}`
}

const LEGEND = [
  { family: FAMILY.user, label: 'user' },
  { family: FAMILY.kernel, label: 'kernel' },
  { family: FAMILY.jit, label: 'JIT' },
  { family: FAMILY.inlined, label: 'inlined' },
  { family: FAMILY.unknown, label: 'unknown' },
] as const

/** What the colours mean, for what the tree has; families of frames are numbered as their kinds. */
export function pictureLegend({ layout, colorBy, matches }: FlamePicture, palette: Palette): { fill: string; label: string }[] {
  const { tree } = layout
  const entry = (family: number, label: string, variant = 0) => ({ fill: palette.fill[inkOf(family, variant, TONE.normal)] ?? '', label })
  const found = matches ? [entry(FAMILY.match, 'found by the search')] : []
  if (colorBy === 'module') return [{ fill: '', label: 'one colour for each library or executable' }, ...found]
  if (colorBy === 'self') {
    const grade = (from: number, at: number) =>
      entry(FAMILY.self, at === 0 ? `own weight below ${formatShare(SELF_GRADES[1], 1)} of all` : formatShare(from, 1), at)
    return [...SELF_GRADES.map(grade), ...found]
  }
  if (colorBy === 'diff' && tree.diff) {
    const side = (family: number, words: string) =>
      DIFF_GRADES.map(({ label }, grade) => entry(family, grade === 0 ? `${words}, ${label}` : label, grade))
    return [
      ...side(FAMILY.more, `▲ more on ${hereWords(tree.diff)}`),
      ...side(FAMILY.less, `▼ more on ${restWords(tree.diff)}`),
      entry(FAMILY.same, greyWords(tree.diff)),
      ...found,
    ]
  }
  return [...LEGEND.filter(({ family }) => tree.kind.includes(family)).map(({ family, label }) => entry(family, label)), ...found]
}
