import { FlameGraph, type FlameMatches, type FlameModel } from '@sonde/flamegraph/react'
import { createRoot, type Root } from 'react-dom/client'
import { box } from './viewer-page.ts'

let root: Root | null = null

/** The component as the capture page uses it, zoomed by the reader alone. */
export function drawGraph(model: FlameModel, matches: FlameMatches | null): void {
  root ??= createRoot(box())
  root.render(
    <FlameGraph
      model={model}
      matches={matches}
      periodNs={0}
      unit="samples"
      layout="icicle"
      colorBy="kind"
      zoomNode={0}
      onZoom={() => {}}
    />,
  )
}
