import { type Actor, type CaptureEvents, type EventsQuery, eventsDeltaSchema } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { addEvents, emptyEvents, viewEvents } from './merge-events.ts'
import { readHostTimes } from './read-host-times.ts'
import { readMerged } from './read-merged.ts'

/** The events of a capture that match, in the order asked for, and how many there are. Empty where nothing came in (yet). Throws `not-found`. */
export async function readEvents(actor: Actor, app: App, query: EventsQuery): Promise<CaptureEvents> {
  authorize(actor, 'capture.read')
  const hosts = await readHostTimes(app, query.id)
  const merged = await readMerged(app, query.id, {
    kind: 'events',
    schema: eventsDeltaSchema,
    cache: app.merges.events,
    empty: (spec) => emptyEvents(spec.durationMs),
    add: addEvents,
    bytesOf: (events) => events.sizeBytes,
  })
  return viewEvents(merged, query, hosts)
}
