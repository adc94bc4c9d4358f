/**
 * The thread that draws pictures: a request (picture-request.ts) in, a PNG out, one after the other. Bundled to dist/picture-thread.cjs,
 * since what it does takes longer than the web server may look away.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { PictureRequest } from './picture-request.ts'
import { loadFonts, renderPicture } from './render-picture.ts'

export type PictureTask = { id: number; request: PictureRequest }
export type PictureAnswer = { id: number; png: Uint8Array } | { id: number; error: string }

// Of picture-painter.ts, which starts this thread.
const { fonts }: { fonts: string } = workerData
loadFonts(fonts)

parentPort?.on('message', async ({ id, request }: PictureTask) => {
  try {
    const png = await renderPicture(request)
    const own = new Uint8Array(png)
    parentPort?.postMessage({ id, png: own } satisfies PictureAnswer, [own.buffer])
  } catch (error) {
    const answer: PictureAnswer = { id, error: error instanceof Error ? error.message : String(error) }
    parentPort?.postMessage(answer)
  }
})
