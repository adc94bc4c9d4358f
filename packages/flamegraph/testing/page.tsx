/**
 * A page to look at the flame graph with: `node packages/flamegraph/testing/serve.ts`. Query: n (nodes), dark, layout, color,
 * search, regex, group, shape=recursion|siblings|hostile, minimap.
 */

import {
  buildCallTree,
  type CallTree,
  FRAME_KIND,
  findByPathKey,
  mergeProfiles,
  ProfileBuilder,
  pathKey,
  seededRandom,
  syntheticProfile,
} from '@sonde/profile'
import { useMemo, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { flameModelOf } from '../src/engine/flame-model.ts'
import type { ColorBy } from '../src/inks.ts'
import { FlameGraph, FlameGraphBreadcrumbs, type FlameGraphHandle, FlameGraphLegend, type FlameSearchResult } from '../src/react.tsx'
import { searchTree } from '../src/search.ts'
import { recursionTree, siblingsTree } from './random-tree.ts'

const COLORS = ['kind', 'module', 'self', 'diff'] as const satisfies readonly ColorBy[]
const params = new URLSearchParams(location.search)
const nodes = Number(params.get('n') ?? 10_000)
const group = params.get('group') === 'merged' ? 'merged' : 'process'
document.documentElement.classList.toggle('dark', params.has('dark'))

function buildTree(seed: number): CallTree {
  const shape = params.get('shape')
  if (shape === 'recursion') return recursionTree(5000, (node) => (node === 5000 ? 1 : 0))
  if (shape === 'siblings') return siblingsTree(100_000)
  if (shape === 'hostile') return hostileNames()
  return buildCallTree(profileOf(seed), { group, order: 'weight' })
}

const profileOf = (seed: number) => syntheticProfile({ nodes, seed, processes: 24 })

/** As if one host had done other things than three others. */
function withDiff(tree: CallTree): CallTree {
  const random = seededRandom(7)
  const here = Float64Array.from(tree.total)
  const rest = tree.total.map((total) => Math.round(total * 3 * (random() < 0.6 ? 1 : random() * 3)))
  const share = (column: ArrayLike<number>, node: number) => (column[node] ?? 0) / (column[0] ?? 1)
  const change = Float32Array.from(here, (_, node) => share(here, node) - share(rest, node))
  const clear = Uint8Array.from(change, (value, node) => (Math.abs(value) > 0.05 * share(here, node) ? 1 : 0))
  return { ...tree, diff: { here, rest, hereCount: here, restCount: rest, change, clear, restHosts: 3 } }
}

function hostileNames(): CallTree {
  const builder = new ProfileBuilder({
    event: 'cpu-clock',
    unit: 'samples',
    periodNs: 10_101_010,
    startMs: 0,
    durationMs: 1000,
    timed: false,
  })
  const host = builder.addHost('h', 'host')
  const thread = builder.addThread(host, 1, 1, '<b>comm</b>')
  const names = [
    '<img src=x onerror="document.title=\'owned\'">',
    `${'std::vector<'.repeat(5000)}int`,
    'a\u202ecte\u0000\u001b[31mred\nnew line',
    '关于函数名称_日本語の関数_🙂🙂🙂🙂🙂🙂',
    'שלום_rtl_name_العربية',
    `e${'\u0301'.repeat(300)}`,
  ]
  names.forEach((name, i) => {
    const outer = builder.addStack(-1, builder.addFrame(name, '/lib/x<script>.so', FRAME_KIND.user))
    builder.addSample(builder.addStack(outer, builder.addFrame(name, '', FRAME_KIND.jit)), thread, 0, 10 - i)
  })
  return buildCallTree(builder.build(), { group, order: 'weight' })
}

declare global {
  interface Window {
    dev: {
      /** Merges another profile in, as a running capture does. */
      grow(): void
      zooms: number[]
      /** Empty pictures seen; counted by the test. */
      blanks: number
      mountedMs: number
      zoomNode: number
      picked: number
      searchResult: FlameSearchResult | null
      tree: CallTree
    }
  }
}
const first = buildTree(42)
window.dev = { grow: () => undefined, zooms: [], blanks: 0, mountedMs: 0, zoomNode: 0, picked: -1, searchResult: null, tree: first }

function Page() {
  const [tree, setTree] = useState(first)
  const [zoomNode, setZoomNode] = useState(0)
  const [text, setText] = useState(params.get('search') ?? '')
  const [layout, setLayout] = useState<'flame' | 'icicle'>(params.get('layout') === 'flame' ? 'flame' : 'icicle')
  const [colorBy, setColorBy] = useState<ColorBy>(COLORS.find((one) => one === params.get('color')) ?? 'kind')
  const graph = useRef<FlameGraphHandle>(null)
  const field = useRef<HTMLInputElement>(null)
  const model = useMemo(() => flameModelOf(colorBy === 'diff' ? withDiff(tree) : tree), [tree, colorBy])
  const matches = useMemo(() => searchTree(tree, { text, regex: params.has('regex') }), [tree, text])
  const result = matches?.result ?? null
  Object.assign(window.dev, { zoomNode, searchResult: result, tree })
  window.dev.grow = () => {
    const next = buildCallTree(mergeProfiles([profileOf(42), profileOf(43)]), { group, order: 'weight' })
    const key = pathKey(tree, zoomNode)
    setTree(next)
    setZoomNode(Math.max(0, findByPathKey(next, key)))
  }
  return (
    <div
      style={{
        display: 'flex',
        flexDirection: 'column',
        height: '100vh',
        font: '13px system-ui',
        background: 'var(--flame-bg)',
        color: 'var(--flame-text)',
      }}
    >
      <div style={{ display: 'flex', gap: 8, padding: 6, flexWrap: 'wrap', alignItems: 'center' }}>
        <input
          ref={field}
          aria-label="Search"
          value={text}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => e.key === 'Enter' && graph.current?.nextMatch()}
        />
        <span id="share">
          {result && text ? result.error || `${(100 * result.matchedShare).toFixed(1)} % in ${result.matchedFrames} frames` : ''}
        </span>
        <button type="button" onClick={() => setLayout(layout === 'flame' ? 'icicle' : 'flame')}>
          {layout}
        </button>
        <button type="button" onClick={() => setColorBy(COLORS[(COLORS.indexOf(colorBy) + 1) % COLORS.length] ?? 'kind')}>
          {colorBy}
        </button>
        <FlameGraphLegend tree={model.tree} colorBy={colorBy} />
        <FlameGraphBreadcrumbs tree={tree} zoomNode={zoomNode} onZoom={setZoomNode} />
      </div>
      <div style={{ flex: 1, minHeight: 0 }}>
        <FlameGraph
          ref={graph}
          model={model}
          matches={matches}
          periodNs={10_101_010}
          unit="samples"
          layout={layout}
          colorBy={colorBy}
          zoomNode={zoomNode}
          onZoom={(node) => {
            window.dev.zooms.push(node)
            setZoomNode(node)
          }}
          onOpenSearch={() => field.current?.focus()}
          onFindName={setText}
          onSelectProcess={(row) => {
            window.dev.picked = row
          }}
        />
      </div>
    </div>
  )
}

const started = performance.now()
createRoot(document.getElementById('root') ?? document.body).render(<Page />)
requestAnimationFrame(() =>
  requestAnimationFrame(() => {
    window.dev.mountedMs = performance.now() - started
  }),
)
