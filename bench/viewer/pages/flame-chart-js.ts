import { FlameChart, type FlameChartNodes } from 'flame-chart-js'
import { box, type ViewerPage } from './viewer-page.ts'

let data: FlameChartNodes = []
const page: ViewerPage = {
  wheelZooms: true,
  async prepare() {
    data = await (await fetch('chart.json')).json()
  },
  show() {
    const canvas = document.createElement('canvas')
    canvas.width = 1440
    canvas.height = 860
    box().append(canvas)
    new FlameChart({ canvas, data })
  },
}
window.viewer = page
