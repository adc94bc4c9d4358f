import { type Actor, type CaptureCounts, type CountsQuery, countsDeltaSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { addCounts, countsBytes, emptyCounts, viewCounts } from './merge-counts.ts'
import { readHostTimes } from './read-host-times.ts'
import { readMerged } from './read-merged.ts'
import { binShapeOf } from './time-grid.ts'

/** What a capture counted, over time: the largest rows by themselves, the others together. Empty where nothing came in (yet). Throws `not-found`. */
export async function readCounts(actor: Actor, app: App, query: CountsQuery): Promise<CaptureCounts> {
  authorize(actor, 'capture.read')
  const hosts = await readHostTimes(app, query.id)
  const merged = await readMerged(app, query.id, {
    kind: 'counts',
    schema: countsDeltaSchema,
    cache: app.merges.counts,
    empty: (spec) => emptyCounts(binShapeOf(spec)),
    add: addCounts,
    bytesOf: countsBytes,
  })
  return viewCounts(merged, query, hosts)
}
