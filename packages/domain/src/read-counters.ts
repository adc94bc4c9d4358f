import { type Actor, type CaptureCounters, type CountersQuery, countersDeltaSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture } from './authorize-capture.ts'
import { hideHostNames, hideReasons } from './hide-results.ts'
import { addCounters, countersBytes, emptyCounters, viewCounters } from './merge-counters.ts'
import { readHostTimes } from './read-host-times.ts'
import { readMerged } from './read-merged.ts'
import { binShapeOf } from './time-grid.ts'

/** What a capture's counters counted, by host, event and CPU, over time. Empty where nothing came in (yet). Throws `not-found`. */
export async function readCounters(actor: Actor, app: App, query: CountersQuery): Promise<CaptureCounters> {
  const sight = authorizeCapture(actor, query.id)
  const hosts = hideHostNames(await readHostTimes(app, query.id), sight)
  const merged = await readMerged(app, query.id, {
    kind: 'counters',
    schema: countersDeltaSchema,
    cache: app.merges.counters,
    empty: (spec) => emptyCounters(binShapeOf(spec)),
    add: addCounters,
    bytesOf: countersBytes,
  })
  return hideReasons(viewCounters(merged, query, hosts), sight)
}
