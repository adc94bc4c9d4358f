import { IMPORTED_FILE_LIMITS } from '@sonde/contract'

/** A file on its way to a capture. `reading`: all of it has left, the server makes of it what it can. */
export type ImportItem = {
  key: number
  name: string
  sizeBytes: number
  phase: 'waiting' | 'sending' | 'reading' | 'done' | 'failed' | 'cancelled'
  sentBytes: number
  captureId: string | null
  /** What is wrong, in a sentence; null unless it failed. */
  error: string | null
}

export type ImportAction =
  | { type: 'added'; files: readonly { key: number; name: string; sizeBytes: number; isFolder: boolean }[] }
  | { type: 'started'; key: number }
  | { type: 'sent'; key: number; bytes: number }
  | { type: 'done'; key: number; captureId: string }
  | { type: 'failed'; key: number; error: string }
  | { type: 'cancelled'; key: number }
  /** Takes away what is over. */
  | { type: 'cleared' }

export const isUnderWay = ({ phase }: ImportItem): boolean => phase === 'sending' || phase === 'reading'
export const isOver = (item: ImportItem): boolean => item.phase !== 'waiting' && !isUnderWay(item)

/** The files of this page's imports. One is sent at a time; what is over stays until it is cleared. */
export function importList(items: readonly ImportItem[], action: ImportAction): ImportItem[] {
  switch (action.type) {
    case 'added':
      // What was over before is not what the person looks at now.
      return [...items.filter((item) => !isOver(item)), ...action.files.map(itemOf)]
    case 'started':
      return change(items, action.key, (item) => (item.phase === 'waiting' ? { phase: 'sending' } : {}))
    case 'sent':
      return change(items, action.key, (item) =>
        isUnderWay(item) ? { sentBytes: action.bytes, phase: action.bytes >= item.sizeBytes ? 'reading' : 'sending' } : {},
      )
    case 'done':
      return change(items, action.key, (item) => (isUnderWay(item) ? { phase: 'done', captureId: action.captureId } : {}))
    case 'failed':
      return change(items, action.key, (item) => (isUnderWay(item) ? { phase: 'failed', error: action.error } : {}))
    case 'cancelled':
      return change(items, action.key, (item) => (isOver(item) ? {} : { phase: 'cancelled' }))
    case 'cleared':
      return items.filter((item) => !isOver(item))
  }
}

function change(items: readonly ImportItem[], key: number, patch: (item: ImportItem) => Partial<ImportItem>): ImportItem[] {
  return items.map((item) => (item.key === key ? { ...item, ...patch(item) } : item))
}

/** What no server needs to be asked about is refused here. */
function itemOf({ key, name, sizeBytes, isFolder }: { key: number; name: string; sizeBytes: number; isFolder: boolean }): ImportItem {
  const limit = IMPORTED_FILE_LIMITS.fileBytes
  const error = isFolder
    ? 'It is a folder: drop the files in it.'
    : sizeBytes === 0
      ? 'It is empty.'
      : sizeBytes > limit
        ? `It is larger than ${limit / 1024 / 1024} MiB, the most that is read. Packed with gzip it may fit.`
        : null
  return { key, name, sizeBytes, phase: error === null ? 'waiting' : 'failed', sentBytes: 0, captureId: null, error }
}
