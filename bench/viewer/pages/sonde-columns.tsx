import { ROW_PX, searchTree } from '@sonde/flamegraph'
import { buildCallTree, type CallTree, decodeProfile } from '@sonde/profile'
import { flameModelOf } from '../../../packages/flamegraph/src/engine/flame-model.ts'
import { drawGraph } from './sonde-graph.tsx'
import { targetAt, type ViewerPage } from './viewer-page.ts'

/** Ours from a call tree in memory: layout and drawing alone, all on the page. */
let tree: CallTree
let model: ReturnType<typeof flameModelOf>
const page: ViewerPage = {
  wheelZooms: true,
  target: () => targetAt(0, ROW_PX),
  async prepare() {
    const plain = new Response((await fetch('profile.gz')).body?.pipeThrough(new DecompressionStream('gzip')))
    tree = buildCallTree(decodeProfile(new Uint8Array(await plain.arrayBuffer())), { group: 'process', order: 'weight' })
  },
  show() {
    model = flameModelOf(tree)
    drawGraph(model, null)
  },
  search(text) {
    drawGraph(model, text === '' ? null : searchTree(tree, { text, regex: true }))
  },
}
window.viewer = page
