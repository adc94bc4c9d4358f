import { type Actor, type CaptureCounts, type CountsQuery, countsDeltaSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture } from './authorize-capture.ts'
import { HIDES_NOTHING, hideHostNames, rowHiding } from './hide-results.ts'
import { addCounts, countsBytes, emptyCounts, viewCounts } from './merge-counts.ts'
import { readHostTimes } from './read-host-times.ts'
import { readMerged, readSpec } from './read-merged.ts'
import { binShapeOf } from './time-grid.ts'

/** What a capture counted, over time: the largest rows by themselves, the others together. Empty where nothing came in (yet). Throws `not-found`. */
export async function readCounts(actor: Actor, app: App, query: CountsQuery): Promise<CaptureCounts> {
  const sight = authorizeCapture(actor, query.id)
  const hosts = hideHostNames(await readHostTimes(app, query.id), sight)
  const hiding = sight.args ? HIDES_NOTHING : rowHiding(sight, await readSpec(app, query.id), 'counts')
  const merged = await readMerged(app, query.id, {
    kind: 'counts',
    schema: countsDeltaSchema,
    cache: app.merges.counts,
    empty: (spec) => emptyCounts(binShapeOf(spec)),
    add: addCounts,
    bytesOf: countsBytes,
  })
  return viewCounts(merged, query, hosts, hiding)
}
