import { type Actor, type CaptureLatency, type LatencyQuery, latencyDeltaSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture } from './authorize-capture.ts'
import { HIDES_NOTHING, hideHostNames, rowHiding } from './hide-results.ts'
import { addLatency, emptyLatency, latencyBytes, viewLatency } from './merge-latency.ts'
import { readHostTimes } from './read-host-times.ts'
import { readMerged, readSpec } from './read-merged.ts'
import { binShapeOf } from './time-grid.ts'

/** How long the spans of a capture took: over time, and by process and value. Empty where nothing came in (yet). Throws `not-found`. */
export async function readLatency(actor: Actor, app: App, query: LatencyQuery): Promise<CaptureLatency> {
  const sight = authorizeCapture(actor, query.id)
  const hosts = hideHostNames(await readHostTimes(app, query.id), sight)
  const hiding = sight.args ? HIDES_NOTHING : rowHiding(sight, await readSpec(app, query.id), 'latency')
  const merged = await readMerged(app, query.id, {
    kind: 'latency',
    schema: latencyDeltaSchema,
    cache: app.merges.latency,
    empty: (spec) => emptyLatency(binShapeOf(spec)),
    add: addLatency,
    bytesOf: latencyBytes,
  })
  return viewLatency(merged, query, hosts, hiding)
}
