import { ROW_PX } from '@sonde/flamegraph'
import type { FlameModel } from '@sonde/flamegraph/react'
import { FlameEngineClient } from '../../../packages/flamegraph/src/engine/engine-client.ts'
import { drawGraph } from './sonde-graph.tsx'
import { targetAt, type ViewerPage } from './viewer-page.ts'

/** Ours as on the capture page: from gzip bytes in memory, through the worker. */
const engine = new FlameEngineClient(() => new Worker('flame-engine.worker.js', { type: 'module' }))
let bytes: Uint8Array<ArrayBuffer>
let model: FlameModel
const page: ViewerPage = {
  wheelZooms: true,
  target: () => targetAt(0, ROW_PX),
  async prepare() {
    bytes = new Uint8Array(await (await fetch('profile.gz')).arrayBuffer())
    // The worker is there, as it is on the page by the time a profile arrives.
    await engine.load({ bytes: new Uint8Array() }).catch(() => null)
  },
  async show() {
    await engine.load({ bytes })
    model = await engine.model({ group: 'process', order: 'weight' })
    drawGraph(model, null)
  },
  async search(text) {
    drawGraph(model, text === '' ? null : await engine.search(model, { text, regex: true }))
  },
}
window.viewer = page
