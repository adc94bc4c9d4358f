/**
 * A page to try the engine with: a worker, a profile that can grow, a search. `serve.ts`, path /engine. Query: n (nodes), search,
 * noworker.
 */
import { encodeProfile, mergeProfiles, type Profile, syntheticProfile } from '@sonde/profile'
import { StrictMode, useEffect, useRef, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { FlameGraph, type FlameGraphHandle, type LoadedProfile, useEngineAnswer, useFlameEngine, useFlameModel } from '../src/react.tsx'

/** The worker's script as text: bundle.ts. */
declare const ENGINE_WORKER: string

const params = new URLSearchParams(location.search)
const nodes = Number(params.get('n') ?? 10_000)
const seeds = [42]
const profileOf = (): Profile => mergeProfiles(seeds.map((seed) => syntheticProfile({ nodes, seed, processes: 24 })))

declare global {
  interface Window {
    engine: { grow(): void; setGroup(group: 'process' | 'merged'): void; workers: number }
  }
}
window.engine = { grow: () => undefined, setGroup: () => undefined, workers: 0 }

function startWorker(): Worker {
  if (params.has('noworker')) throw new Error('no workers here')
  window.engine.workers++
  return new Worker(URL.createObjectURL(new Blob([ENGINE_WORKER], { type: 'text/javascript' })))
}

function Page() {
  const engine = useFlameEngine(startWorker)
  const [profile, setProfile] = useState<LoadedProfile>()
  const [group, setGroup] = useState<'process' | 'merged'>('process')
  const [text, setText] = useState(params.get('search') ?? '')
  const [zoomNode, setZoomNode] = useState(0)
  const graph = useRef<FlameGraphHandle>(null)
  const generation = useRef(0)
  const shown = useFlameModel(profile, { group, order: 'weight' }, { text, regex: false })
  const totals = useEngineAnswer(profile, 'totals', profile ? {} : null)
  window.engine.setGroup = setGroup
  useEffect(() => {
    const load = () =>
      engine.load({ bytes: encodeProfile(profileOf()) }).then(
        (summary) => setProfile({ ...summary, engine, generation: ++generation.current }),
        () => undefined,
      )
    window.engine.grow = () => {
      seeds.push(seeds.length + 42)
      void load()
    }
    void load()
  }, [engine])
  return (
    <div style={{ display: 'flex', flexDirection: 'column', height: '100vh' }}>
      <input aria-label="Search" value={text} onChange={(event) => setText(event.target.value)} />
      <p>
        <span id="found">{shown.matches ? `${shown.found.matchedFrames} frames` : ''}</span> ·{' '}
        <span id="nodes">{shown.model?.tree.length}</span> · <span id="weight">{totals.data?.weight}</span> ·{' '}
        <span id="error">{shown.error instanceof Error ? shown.error.message : ''}</span>
      </p>
      <div style={{ flex: 1, minHeight: 0 }}>
        {shown.model && (
          <FlameGraph
            ref={graph}
            model={shown.model}
            matches={shown.matches}
            periodNs={0}
            unit="samples"
            layout="icicle"
            colorBy="kind"
            zoomNode={zoomNode}
            onZoom={setZoomNode}
          />
        )}
      </div>
    </div>
  )
}

createRoot(document.getElementById('root') ?? document.body).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
