/**
 * A page to look at the flame graph with: `node packages/flamegraph/testing/serve.ts`. Query: n (nodes), dark, layout, color,
 * search, regex, group, shape=recursion|siblings|hostile.
 */
import {
  buildCallTree,
  type CallTree,
  FRAME_KIND,
  findByPathKey,
  mergeProfiles,
  ProfileBuilder,
  pathKey,
  syntheticProfile,
} from '@sonde/profile'
import { useMemo, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { flameModelOf } from '../src/engine/flame-model.ts'
import { FlameGraph, FlameGraphBreadcrumbs, type FlameGraphHandle, FlameGraphLegend, type FlameSearchResult } from '../src/react.tsx'
import { searchTree } from '../src/search.ts'

const params = new URLSearchParams(location.search)
const nodes = Number(params.get('n') ?? 10_000)
const group = params.get('group') === 'merged' ? 'merged' : 'process'
document.documentElement.classList.toggle('dark', params.has('dark'))

function buildTree(seed: number): CallTree {
  const shape = params.get('shape')
  if (shape === 'recursion') return deepRecursion(5000)
  if (shape === 'hostile') return hostileNames()
  return buildCallTree(profileOf(seed), { group, order: 'weight' })
}

const profileOf = (seed: number) => syntheticProfile({ nodes, seed, processes: 24 })

function deepRecursion(depth: number): CallTree {
  const builder = new ProfileBuilder({
    event: 'cpu-clock',
    unit: 'samples',
    periodNs: 10_101_010,
    startMs: 0,
    durationMs: 1000,
    timed: false,
  })
  const host = builder.addHost('h', 'host')
  const thread = builder.addThread(host, 1, 1, 'recurse')
  let stack = -1
  for (let i = 0; i < depth - 2 && i < 1000; i++) {
    stack = builder.addStack(stack, builder.addFrame(`fib${i % 3}`, 'recurse', FRAME_KIND.user))
    if (i % 100 === 0) builder.addSample(stack, thread, 0, 1)
  }
  builder.addSample(stack, thread, 0, 5)
  return buildCallTree(builder.build(), { group, order: 'weight' })
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
  const [colorBy, setColorBy] = useState<'kind' | 'module'>(params.get('color') === 'module' ? 'module' : 'kind')
  const graph = useRef<FlameGraphHandle>(null)
  const field = useRef<HTMLInputElement>(null)
  const model = useMemo(() => flameModelOf(tree), [tree])
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
        <button type="button" onClick={() => setColorBy(colorBy === 'kind' ? 'module' : 'kind')}>
          {colorBy}
        </button>
        <FlameGraphLegend tree={tree} colorBy={colorBy} />
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
