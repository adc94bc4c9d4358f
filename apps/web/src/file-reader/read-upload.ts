import path from 'node:path'
import { SondeError } from '@sonde/contract'
import { cleanFileName, type ReadFile } from '@sonde/domain'
import { fileTooLarge, readInProcess } from './read-in-process.ts'
import { READ_LIMITS } from './read-limits.ts'
import { Turns } from './turns.ts'

/** Where `npm run build` puts it, and the standalone server carries it: both run in their app's folder. */
const BUNDLE = path.join(/* turbopackIgnore: true */ process.cwd(), 'dist', 'file-reader.mjs')

// Two routes read files, and each loads this module by itself: the memory that they share is one.
const holder: typeof globalThis & { sondeReaderTurns?: Turns } = globalThis

/** A request's body as an uploaded file, read in a process of its own when its turn comes: each may take its whole memory. */
export function readUpload(request: Request, name: string): ReadFile {
  holder.sondeReaderTurns ??= new Turns({ atOnce: 2, waiting: 16 })
  const turns = holder.sondeReaderTurns
  const fileName = cleanFileName(name)
  const { body, signal } = request
  return async (hostPrefix) => {
    if (Number(request.headers.get('content-length') ?? 0) > READ_LIMITS.fileBytes) throw fileTooLarge(fileName, READ_LIMITS.fileBytes)
    if (!body) throw new SondeError('unprocessable', `${fileName} is empty`)
    return await turns.take(signal, () => readInProcess({ body, fileName, hostPrefix, signal, bundle: BUNDLE }))
  }
}
