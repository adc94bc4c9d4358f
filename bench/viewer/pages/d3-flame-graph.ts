import flamegraph from 'd3-flame-graph'
import { select } from 'd3-selection'
import { box, type ViewerPage } from './viewer-page.ts'

/** With frames below one pixel left out, which its author advises for large profiles; without it 100k frames take minutes. */
let data: unknown
const chart = flamegraph().width(1440).minFrameSize(1).inverted(true).sort(false)

const page: ViewerPage = {
  wheelZooms: false,
  async prepare() {
    data = await (await fetch('nested.json')).json()
  },
  show() {
    select(box()).datum(data).call(chart)
  },
  async target() {
    for (const rect of document.querySelectorAll('g.frame rect')) {
      const { left, top, width, height } = rect.getBoundingClientRect()
      if (width > 144 && width < 432 && top > 40 && top < 800) return { x: left + width / 2, y: top + height / 2 }
    }
    return null
  },
  search: (text) => chart.search(text),
}
window.viewer = page
