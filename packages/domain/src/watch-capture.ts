import { type Actor, type CaptureView, SondeError } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture, type CaptureSight } from './authorize-capture.ts'
import { seenView } from './get-capture.ts'
import { readCaptureRevision, readCaptureView } from './read-capture-view.ts'

/**
 * A capture as it is now and after every change, at most twice a second; ends after the view in which everything is final, or
 * when `signal` says that nobody listens. Throws `not-found` before the first view, and when the capture is deleted meanwhile.
 */
export async function watchCapture(
  actor: Actor,
  app: App,
  input: { id: string; signal?: AbortSignal | undefined },
): Promise<AsyncGenerator<CaptureView, void>> {
  const sight = authorizeCapture(actor, input.id)
  if ((await readCaptureRevision(app, input.id)) === null) {
    throw new SondeError('not-found', 'there is no such capture; it may have been deleted')
  }
  const views = app.feeds.watch(
    input.id,
    { revision: () => readCaptureRevision(app, input.id), view: () => readCaptureView(app, input.id) },
    input.signal,
  )
  return sight.shareId === null ? views : seenViews(app, sight, views)
}

async function* seenViews(app: App, sight: CaptureSight, views: AsyncGenerator<CaptureView, void>): AsyncGenerator<CaptureView, void> {
  for await (const view of views) yield await seenView(app, sight, view)
}
