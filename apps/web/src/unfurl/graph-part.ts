import { gunzipSync } from 'node:zlib'
import type { Image } from '@napi-rs/canvas'
import {
  buildPalette,
  FlameEngine,
  type FlameMatches,
  type FlameModel,
  type FlameTheme,
  formatShare,
  heaviestChild,
  type Palette,
  type ProfileSummary,
  pathTo,
} from '@sonde/flamegraph'
import { type CanvasMaker, drawGraph, ROW_PX } from '@sonde/flamegraph/export'
import { type CallTree, findByPathKey } from '@sonde/profile'
import { formatCount, formatCpuSeconds, formatNs, formatPlural } from '@sonde/ui'
import { type Box, MONO, type PicturePen } from './picture-pen.ts'
import type { GraphPart, HeadlineNumber } from './picture-request.ts'

/** What the thread will unpack: more than any profile that was stored (packages/domain checks each chunk). */
const MAX_PROFILE_BYTES = 512 * 1024 * 1024

export type ReadGraph = {
  part: GraphPart
  model: FlameModel
  matches: FlameMatches | null
  zoomNode: number
  numbers: HeadlineNumber[]
  /** What of the view only the tree knows: which frame it is zoomed to, how much a search found. */
  narrowed: string[]
}

/** Makes the tree of the view. Throws a ProfileFormatError for what is no profile. */
export function readGraph(part: GraphPart): ReadGraph {
  const engine = new FlameEngine()
  const summary = engine.load(gunzipSync(part.profile, { maxOutputLength: MAX_PROFILE_BYTES }))
  const { meta } = summary
  // Samples without times have no order in time, and no window.
  const question = meta.timed ? part.question : { ...part.question, window: undefined }
  const model = engine.model(question.order === 'time' && !meta.timed ? { ...question, order: 'weight' } : question)
  const { tree } = model
  const matches = engine.search(model.id, part.search)
  const zoomNode = part.zoom === '' ? 0 : findByPathKey(tree, part.zoom)
  const narrowed: string[] = []
  if (zoomNode > 0) {
    const share = formatShare(tree.total[zoomNode] ?? 0, tree.total[0] ?? 0)
    narrowed.push(`zoomed to ${share}: ${tree.labels[tree.label[zoomNode] ?? 0]}`)
  }
  if (zoomNode < 0) narrowed.push('the zoomed frame is not in this selection')
  if (matches) narrowed.push(`search “${part.search.text}”: ${matches.result.error || formatShare(matches.result.matchedShare, 1)}`)
  if (part.question.process) narrowed.push(processWords(summary, part.question.process))
  const numbers = totals(part, tree, meta)
  return { part, model, matches: matches && matches.labels.length > 0 ? matches : null, zoomNode: Math.max(0, zoomNode), numbers, narrowed }
}

/** The main thread carries the name that people know a process by. */
function processWords({ hosts, threads }: ProfileSummary, { hostId, pid }: { hostId: string; pid: number }): string {
  let name = ''
  for (let row = 0; row < threads.length; row++) {
    if (threads.pid[row] !== pid || hosts.id[threads.host[row] ?? 0] !== hostId) continue
    if (name === '' || threads.tid[row] === pid) name = threads.comm[row] ?? ''
  }
  return `${name || 'process'} ${pid}`
}

function totals(part: GraphPart, tree: CallTree, { unit, periodNs }: { unit: string; periodNs: number }): HeadlineNumber[] {
  const weight = tree.total[0] ?? 0
  const count = tree.count[0] ?? 0
  if (unit === 'samples') {
    const samples = { value: formatCount(weight), label: weight === 1 ? 'sample' : 'samples' }
    return part.isCpu && periodNs > 0 ? [samples, { value: formatCpuSeconds((weight * periodNs) / 1e9), label: 'of CPU' }] : [samples]
  }
  if (unit === 'ns') {
    const { how, one, many } = part.events ?? { how: 'in', one: 'event', many: 'events' }
    return [{ value: formatNs(weight), label: `${how} ${formatPlural(count, one, many)}` }]
  }
  if (unit === 'bytes') return [{ value: formatCount(weight), label: `bytes in ${formatPlural(count, 'event')}` }]
  return [{ value: formatCount(weight), label: weight === 1 ? 'event' : 'events' }]
}

/** Sizes of rows that are tried, the first that holds all of them; at the last one rows are left out. Text is 11 px times this. */
const SCALES = [2, 1.8, 1.6]
/** A row that is nearly one frame says little: where there are too many rows, those come first to go. */
const TRUNK_SHARE = 0.9
const NOTE_PX = 19

/** One for each theme: making it takes longer than drawing with it. */
const palettes = new Map<FlameTheme, Palette>()

function paletteOf(theme: FlameTheme): Palette {
  const known = palettes.get(theme)
  if (known) return known
  const palette = buildPalette(theme)
  palettes.set(theme, palette)
  return palette
}

/** Draws the graph into a box, with a line above or below it where rows had no room. */
export function drawGraphPart(pen: PicturePen, graph: ReadGraph, box: Box, document: CanvasMaker): void {
  const { part, model, matches, zoomNode } = graph
  const { tree, layout } = model
  if ((tree.total[0] ?? 0) <= 0) {
    pen.write(part.nothing, box.x, box.y + 40, { sizePx: 28, color: pen.ink.ink2 }, box.width)
    return
  }
  const all = Math.max(1, (layout.deepest[zoomNode] ?? 0) + 1)
  const fits = (scale: number, heightPx: number) => Math.floor(heightPx / Math.round(ROW_PX * scale))
  const whole = SCALES.find((scale) => fits(scale, box.height) >= all)
  const scale = whole ?? SCALES[SCALES.length - 1] ?? 1
  const roomPx = whole === undefined ? box.height - NOTE_PX * 1.5 : box.height
  const room = Math.max(1, fits(scale, roomPx))
  const firstRow = whole === undefined ? firstShownRow(tree, { zoomNode, matches, spare: all - room }) : 0
  const rows = Math.min(room, all - firstRow)
  const { canvas } = drawGraph(
    { layout, matches, zoomNode, orientation: part.orientation, colorBy: tree.diff ? 'diff' : part.colorBy },
    { document, widthPx: Math.round(box.width), scale, firstRow, rows, font: `"${MONO}"`, palette: paletteOf(pen.ink.flame) },
  )
  const note = rowsNote(tree, zoomNode, firstRow, all - firstRow - rows)
  const isIcicle = part.orientation === 'icicle'
  // A flame stands on the bottom of its box, and its deepest rows are what is missing at the top.
  const y = isIcicle ? box.y : box.y + box.height - canvas.height
  // What makes canvases here are canvases of the same library.
  pen.context.drawImage(canvas as unknown as Image, Math.round(box.x), Math.round(y))
  if (note !== '') {
    const at = isIcicle ? y + canvas.height + NOTE_PX : box.y + NOTE_PX * 0.8
    pen.write(note, box.x, at, { sizePx: NOTE_PX, color: pen.ink.ink3 }, box.width)
  }
}

/** The first row to show, where `spare` rows have to go: as deep as the way there is nearly one frame, and none that a search found. */
function firstShownRow(
  tree: CallTree,
  { zoomNode, matches, spare }: { zoomNode: number; matches: FlameMatches | null; spare: number },
): number {
  const isFound = (at: number): boolean => matches !== null && matches.labels[tree.label[at] ?? 0] === 1
  let node = zoomNode
  let row = tree.depth[zoomNode] ?? 0
  while (row < spare && !isFound(node)) {
    const child = heaviestChild(tree, node)
    if (child < 0 || (tree.total[child] ?? 0) < TRUNK_SHARE * (tree.total[zoomNode] ?? 0)) break
    node = child
    row++
  }
  return row
}

function rowsNote(tree: CallTree, zoomNode: number, above: number, below: number): string {
  const parts: string[] = []
  if (above > 0) {
    let node = zoomNode
    while ((tree.depth[node] ?? 0) < above) node = heaviestChild(tree, node)
    const names = pathTo(tree, node)
      .slice(0, above)
      .map((at) => tree.labels[tree.label[at] ?? 0] ?? '')
    const shown = names.length > 3 ? [names[0], '…', ...names.slice(-2)] : names
    parts.push(`below ${shown.join(' › ')}`)
  }
  if (below > 0) parts.unshift(`${formatPlural(below, 'deeper row')} not shown`)
  return parts.join(' · ')
}
