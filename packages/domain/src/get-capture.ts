import type { Actor, CaptureView } from '@sonde/contract'
import type { App } from './app.ts'
import { authorizeCapture, type CaptureSight } from './authorize-capture.ts'
import { hideInCapture } from './hide-capture.ts'
import { readCaptureView } from './read-capture-view.ts'
import { readLiveShare } from './share-row.ts'

/** One capture with its targets, as it is now. Throws `not-found`, and `gone` for a share link that ended. */
export async function getCapture(actor: Actor, app: App, input: { id: string }): Promise<CaptureView> {
  const sight = authorizeCapture(actor, input.id)
  return await seenView(app, sight, await readCaptureView(app, input.id))
}

/** A capture's view as far as the sight goes. Through a share link that ended meanwhile nothing is seen: throws `gone`. */
export async function seenView(app: App, sight: CaptureSight, view: CaptureView): Promise<CaptureView> {
  if (sight.shareId === null) return view
  const { title } = await readLiveShare(app, { id: sight.shareId })
  return hideInCapture(view, sight, title)
}
