import { type Actor, type CaptureEvents, type EventsQuery, eventsDeltaSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture } from './authorize-capture.ts'
import { HIDES_NOTHING, hideHostNames, rowHiding } from './hide-results.ts'
import { addEvents, emptyEvents, viewEvents } from './merge-events.ts'
import { readHostTimes } from './read-host-times.ts'
import { readMerged, readSpec } from './read-merged.ts'

/** The events of a capture that match, in the order asked for, and how many there are. Empty where nothing came in (yet). Throws `not-found`. */
export async function readEvents(actor: Actor, app: App, query: EventsQuery): Promise<CaptureEvents> {
  const sight = authorizeCapture(actor, query.id)
  const hosts = hideHostNames(await readHostTimes(app, query.id), sight)
  const hiding = sight.args ? HIDES_NOTHING : rowHiding(sight, await readSpec(app, query.id), 'events')
  const merged = await readMerged(app, query.id, {
    kind: 'events',
    schema: eventsDeltaSchema,
    cache: app.merges.events,
    empty: (spec) => emptyEvents(spec.durationMs),
    add: addEvents,
    bytesOf: (events) => events.sizeBytes,
  })
  return viewEvents(merged, query, hosts, hiding)
}
