import { hostOfProcess, idSchema, SondeError, selectionSchema } from '@sonde/contract'

/** Which part of a capture, in the words of its page's link. */
export const selectionQuery = {
  host: idSchema.optional().describe('Only what this host recorded.'),
  process: selectionSchema.shape.process.optional().describe('Only this process: `hostId:pid`.'),
  window: selectionSchema.shape.window.optional().describe('Only this stretch: `from-to`, ms since the first host began.'),
}
type SelectionQuery = { host?: string | undefined; process?: string | undefined; window?: string | undefined }

export function processOf({ process }: SelectionQuery): { hostId: string; pid: number } | undefined {
  if (!process) return undefined
  const hostId = hostOfProcess(process)
  return { hostId, pid: Number(process.slice(hostId.length + 1)) }
}

/** Milliseconds; undefined for all of the time. Throws `invalid` for one that ends before it begins. */
export function windowOf({ window }: SelectionQuery): { fromMs: number; toMs: number } | undefined {
  if (!window) return undefined
  const [fromMs = 0, toMs = 0] = window.split('-').map(Number)
  if (fromMs >= toMs) throw new SondeError('invalid', 'window: it ends after it begins')
  return { fromMs, toMs }
}
