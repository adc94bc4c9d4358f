import { type Actor, type CaptureLatency, type LatencyQuery, latencyDeltaSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { addLatency, emptyLatency, latencyBytes, viewLatency } from './merge-latency.ts'
import { readHostTimes } from './read-host-times.ts'
import { readMerged } from './read-merged.ts'
import { binShapeOf } from './time-grid.ts'

/** How long the spans of a capture took: over time, and by process and value. Empty where nothing came in (yet). Throws `not-found`. */
export async function readLatency(actor: Actor, app: App, query: LatencyQuery): Promise<CaptureLatency> {
  authorize(actor, 'capture.read')
  const hosts = await readHostTimes(app, query.id)
  const merged = await readMerged(app, query.id, {
    kind: 'latency',
    schema: latencyDeltaSchema,
    cache: app.merges.latency,
    empty: (spec) => emptyLatency(binShapeOf(spec)),
    add: addLatency,
    bytesOf: latencyBytes,
  })
  return viewLatency(merged, query, hosts)
}
