import { idSchema } from '@sonde/contract'
import { HttpError } from '../trpc/errors.ts'

export type UploadOptions = {
  /** Bytes that have left so far; the same as the file's size when all have. */
  onSent: (bytes: number) => void
  signal: AbortSignal
}

/** Sends a file to be made a capture. Rejects with an HttpError where the server refuses it, with an Error where it cannot be sent or read. */
export function uploadFile(file: File, { onSent, signal }: UploadOptions): Promise<{ id: string }> {
  return new Promise((resolve, reject) => {
    // fetch does not say how much of a body has left.
    const request = new XMLHttpRequest()
    const abort = () => request.abort()
    signal.addEventListener('abort', abort, { once: true })
    const fail = (error: Error) => reject(error)
    request.upload.onprogress = (event) => onSent(event.loaded)
    request.upload.onload = () => onSent(file.size)
    request.onabort = () => fail(new DOMException('cancelled', 'AbortError'))
    request.onerror = () => fail(new Error('It could not be sent: the server did not answer, or the file changed meanwhile.'))
    request.onload = () => {
      const answer = parse(request.responseText)
      const id = idSchema.safeParse(answer.id)
      if (request.status < 300 && id.success) resolve({ id: id.data })
      else fail(new HttpError(request.status, messageOf(answer) ?? `The server answered with status ${request.status}.`))
    }
    request.onloadend = () => signal.removeEventListener('abort', abort)
    request.open('POST', `/api/captures/import?name=${encodeURIComponent(sendableName(file.name))}`)
    request.setRequestHeader('content-type', 'application/octet-stream')
    request.send(file)
  })
}

/** No longer than the server takes (it cuts shorter anyway), and without half surrogate pairs, which no address can hold. */
const sendableName = (name: string): string => name.slice(-500).replace(/\p{Surrogate}/gu, '\ufffd')

function parse(text: string): { id?: unknown; error?: unknown } {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function messageOf({ error }: { error?: unknown }): string | null {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string' ? error.message : null
}
