import { cleanText, isSingleWidth } from './clean-text.ts'
import { toHex } from './color.ts'
import { nameOf } from './describe.ts'
import { FONT_PX, ROW_PX } from './draw.ts'
import {
  type FlamePicture,
  frameSentence,
  LINE_PX,
  MARGIN_PX,
  MIN_PICTURE_BOX_PX,
  narrowFrames,
  narrowSentence,
  pictureLegend,
  pictureRows,
  TITLE_PX,
} from './flame-picture.ts'
import { formatCount, formatShare, formatWeight } from './format.ts'
import { buildInks } from './inks.ts'
import { buildPalette, FAMILY, inkOf, TONE } from './palette.ts'
import { isMatch } from './search.ts'
import { emptyRuns, findVisible } from './visible.ts'

const FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
/** Width of a character of the font above, as a share of its size; a little too much rather than too little. */
const ADVANCE = 0.61
/** Names in the picture's own tooltips. */
const MAX_NAME = 400

/**
 * A flame graph as an SVG file that stands alone: no script, no style sheet, no link to anything. Frames carry their name, weight and
 * share as `<title>`, which viewers show as a tooltip. Frames too narrow to draw are strips in the colour of the heaviest of
 * them, whose title says how many they are; how many there are in all, and rows that found no place, is said below the picture. Names are cleaned and escaped.
 */
export function flameSvg(picture: FlamePicture): string {
  const { layout, zoomNode, orientation, colorBy, theme, unit, widthPx } = picture
  const { tree } = layout
  const palette = buildPalette(theme)
  const inks = buildInks(tree, colorBy)
  const matches = picture.matches && picture.matches.labels.length > 0 ? picture.matches : null
  const { rows, cut } = pictureRows(picture)
  const innerPx = Math.max(100, Math.round(widthPx) - 2 * MARGIN_PX)
  const x0 = tree.start[zoomNode] ?? 0
  const runs = findVisible(
    layout,
    {
      x0,
      x1: x0 + Math.max(tree.total[zoomNode] ?? 0, Number.MIN_VALUE),
      widthPx: innerPx,
      minBoxPx: MIN_PICTURE_BOX_PX,
      firstRow: 0,
      lastRow: rows,
    },
    emptyRuns(),
  )
  const legend = pictureLegend({ ...picture, matches }, palette)
  const below = [narrowSentence(narrowFrames(runs)), cut].filter((sentence) => sentence !== '')
  const topPx = MARGIN_PX + TITLE_PX + picture.facts.length * LINE_PX + LINE_PX
  const heightPx = topPx + rows * ROW_PX + (below.length + 1) * LINE_PX + MARGIN_PX
  const ink = toHex(theme.text)
  const muted = toHex(theme.muted)
  const zoomEnd = tree.subtreeEnd[zoomNode] ?? 0
  const out: string[] = []

  out.push(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${innerPx + 2 * MARGIN_PX}" height="${heightPx}" viewBox="0 0 ${innerPx + 2 * MARGIN_PX} ${heightPx}" role="img" aria-labelledby="title facts" font-family="${escaped(FONT)}" font-size="${FONT_PX}">`,
    `<title id="title">${escaped(picture.title)}</title>`,
    `<desc id="facts">${escaped([...picture.facts, ...below].join(' '))}</desc>`,
    `<rect width="100%" height="100%" fill="${palette.background}"/>`,
    textAt(MARGIN_PX, MARGIN_PX + 14, picture.title, ink, 15),
    ...picture.facts.map((fact, i) => textAt(MARGIN_PX, MARGIN_PX + TITLE_PX + i * LINE_PX + 12, fact, muted)),
  )
  let legendX = MARGIN_PX
  for (const { fill, label } of legend) {
    const y = topPx - LINE_PX
    if (fill !== '') out.push(`<rect x="${legendX}" y="${y + 2}" width="10" height="10" fill="${fill}"/>`)
    out.push(textAt(legendX + (fill === '' ? 0 : 14), y + 11, label, muted))
    legendX += 30 + label.length * FONT_PX * ADVANCE
  }

  for (let row = 0; row < rows; row++) {
    const y = topPx + (orientation === 'icicle' ? row : rows - 1 - row) * ROW_PX
    const end = runs.rowFirst[row + 1] ?? 0
    for (let run = runs.rowFirst[row] ?? 0; run < end; run++) {
      const left = runs.left[run] ?? 0
      const strip = runs.strip[run] ?? -1
      if (strip >= 0) {
        // One rectangle for all runs that touch.
        let last = run
        while (last + 1 < end && runs.strip[last + 1] === strip) last++
        const [from, to] = [runs.slot[run] ?? 0, runs.slotEnd[last] ?? 0]
        let weight = 0
        let heaviest = layout.rowNode[from] ?? 0
        for (let slot = from; slot < to; slot++) {
          const node = layout.rowNode[slot] ?? 0
          weight += tree.total[node] ?? 0
          if ((tree.total[node] ?? 0) > (tree.total[heaviest] ?? 0)) heaviest = node
        }
        const holds = matches !== null && (matches.upTo[to - 1] ?? 0) > (from === layout.rowStart[row] ? 0 : (matches.upTo[from - 1] ?? 0))
        const stripInk = holds
          ? inkOf(FAMILY.match, 0, TONE.normal)
          : inkOf(inks.family(heaviest), inks.variant(heaviest), matches ? TONE.faded : TONE.normal)
        const fill = palette.fill[stripInk] ?? ''
        const frames = to - from === 1 ? '1 frame' : `${formatCount(to - from)} frames`
        const words = `${frames} too narrow to draw: ${formatWeight(weight, unit)}, ${formatShare(weight, tree.total[0] ?? 0)}`
        out.push(box(MARGIN_PX + left, y, (runs.right[last] ?? 0) - left, fill, words))
        run = last
        continue
      }
      const node = layout.rowNode[runs.slot[run] ?? 0] ?? 0
      const width = (runs.right[run] ?? 0) - left
      const isFound = matches !== null && isMatch(tree, matches.labels, node)
      const isCaller = node < zoomNode && (tree.subtreeEnd[node] ?? 0) >= zoomEnd
      const family = isFound ? FAMILY.match : inks.family(node)
      const tone = matches && !isFound ? TONE.faded : isCaller ? TONE.ancestor : TONE.normal
      const index = inkOf(family, inks.variant(node), tone)
      out.push(box(MARGIN_PX + left, y, width, palette.fill[index] ?? '', frameSentence(tree, node, unit, MAX_NAME)))
      const label = fitted([inks.sign(node), nameOf(tree, node, MAX_NAME)].filter(Boolean).join(' '), width - 6)
      if (label !== '') out.push(textAt(MARGIN_PX + left + 3, y + 13, label, palette.text[index] ?? ''))
    }
  }
  for (const [i, sentence] of below.entries()) out.push(textAt(MARGIN_PX, topPx + rows * ROW_PX + (i + 1) * LINE_PX, sentence, muted))
  out.push('</svg>\n')
  return out.join('\n')
}

/** A gap of a pixel tells neighbours apart, where there is room for one. */
function box(x: number, y: number, widthPx: number, fill: string, title: string): string {
  const width = widthPx > 2 ? widthPx - 1 : widthPx
  return `<rect x="${x}" y="${y}" width="${width}" height="${ROW_PX - 1}" fill="${fill}"><title>${escaped(title)}</title></rect>`
}

function textAt(x: number, y: number, text: string, fill: string, sizePx?: number): string {
  const size = sizePx === undefined ? '' : ` font-size="${sizePx}"`
  return `<text x="${x}" y="${y}" fill="${fill}"${size} direction="ltr" unicode-bidi="isolate-override">${escaped(text)}</text>`
}

/** What of a name fits, with an ellipsis where it was cut; '' where not even two characters do. Wide characters count twice. */
function fitted(name: string, roomPx: number): string {
  const fits = Math.floor(roomPx / (FONT_PX * ADVANCE))
  if (fits < 2) return ''
  const points = isSingleWidth(name) ? name : Array.from(name)
  let used = 0
  for (let i = 0; i < points.length; i++) {
    used += isSingleWidth(points[i] ?? '') ? 1 : 2
    if (used > fits || (used === fits && i + 1 < points.length)) return i === 0 ? '' : `${Array.from(points).slice(0, i).join('')}…`
  }
  return name
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text for SVG: cleaned of what XML forbids and of what hides or reorders text, and escaped. */
function escaped(text: string): string {
  return cleanText(text, 2000)
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
