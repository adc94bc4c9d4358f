import { createHash } from 'node:crypto'
import { type Actor, type CaptureView, type CaptureViewState, formatViewState, isFinal } from '@sonde/contract'
import type { App } from '@sonde/domain'
import { collectPicture } from './collect-picture.ts'
import type { PictureCache } from './picture-cache.ts'
import type { PicturePainter } from './picture-painter.ts'
import type { PictureTheme } from './picture-request.ts'

/** Grows with every change of how pictures look: those that are kept elsewhere are then asked for again. */
const LOOK = 1

export type ViewPicture = {
  /** Whose eyes it is seen with: the id of a share. Pictures of two are never one. */
  owner: string
  actor: Actor
  capture: CaptureView
  view: CaptureViewState
  theme: PictureTheme
  title: string
}

/** A strong tag of exactly this picture: another result, view, theme or title has another one. */
export function pictureTag({ owner, capture, view, theme, title }: ViewPicture): string {
  const { id, state, resultVersion, targets } = capture
  const quality = targets.map((target) => [target.hostName, target.state, target.quality, target.recordedMs])
  const seen = JSON.stringify([LOOK, owner, id, title, state, resultVersion, quality, formatViewState(view), theme])
  return `"${createHash('sha256').update(seen).digest('base64url').slice(0, 27)}"`
}

/** How long a reader may keep it, s: while hosts still record it changes by the second. Only in its own cache: a link may be revoked. */
export const pictureAgeSeconds = (capture: Pick<CaptureView, 'targets'>): number =>
  capture.targets.every((target) => isFinal(target.state)) ? 300 : 5

/** The PNG of a view, from the cache or drawn now. Throws what the use cases and the painter throw. */
export async function pictureOfView(
  { app, cache, painter }: { app: App; cache: PictureCache; painter: PicturePainter },
  picture: ViewPicture,
): Promise<Buffer> {
  return await cache.get(pictureTag(picture), async () => painter.paint(await collectPicture({ app, ...picture }, picture)))
}
