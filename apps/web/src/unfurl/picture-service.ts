import path from 'node:path'
import { PictureCache } from './picture-cache.ts'
import { PicturePainter } from './picture-painter.ts'

/** Where `npm run build` puts it, and the standalone server carries it: both run in their app's folder. */
const BUNDLE = path.join(/* turbopackIgnore: true */ process.cwd(), 'dist', 'picture-thread.cjs')

/** A few hundred pictures. */
const CACHE_BYTES = 48 * 1024 * 1024

export type PictureService = { cache: PictureCache; painter: PicturePainter }

// Route bundles may load this module more than once; there is one thread and one cache in a process.
const holder: typeof globalThis & { sondePictures?: PictureService } = globalThis

export function pictureService(): PictureService {
  holder.sondePictures ??= { cache: new PictureCache(CACHE_BYTES), painter: new PicturePainter({ bundle: BUNDLE }) }
  return holder.sondePictures
}
