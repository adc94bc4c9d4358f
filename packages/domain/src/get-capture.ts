import type { Actor, CaptureView } from '@sonde/contract'
import type { App } from './app.ts'
import { authorize } from './authorize.ts'
import { readCaptureView } from './read-capture-view.ts'

/** One capture with its targets, as it is now. Throws `not-found`. */
export async function getCapture(actor: Actor, app: App, input: { id: string }): Promise<CaptureView> {
  authorize(actor, 'capture.read')
  return await readCaptureView(app, input.id)
}
