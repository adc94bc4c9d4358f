import { TRPCClientError } from '@trpc/client'

/** An answer with an error status from an endpoint beside tRPC. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** HTTP status of an API error, null where the server was not reached at all. */
export function httpStatusOf(error: unknown): number | null {
  if (error instanceof HttpError) return error.status
  if (!(error instanceof TRPCClientError)) return null
  const data: unknown = error.data
  if (typeof data !== 'object' || data === null || !('httpStatus' in data)) return null
  return typeof data.httpStatus === 'number' ? data.httpStatus : null
}

/** Why a share link ended, where that is the error; undefined for any other. */
export function shareEndOf(error: unknown): string | undefined {
  if (!(error instanceof TRPCClientError)) return undefined
  const data: unknown = error.data
  if (typeof data !== 'object' || data === null || !('shareEnd' in data)) return undefined
  return typeof data.shareEnd === 'string' ? data.shareEnd : undefined
}

/** The server understood and said no (4xx): it would say the same again. */
export function isRefusal(error: unknown): boolean {
  const status = httpStatusOf(error)
  return status !== null && status < 500
}

/** A sentence for people: the server's own words where it answered, else that it did not. */
export function errorText(error: unknown): string {
  const status = httpStatusOf(error)
  if (status === null) return 'The server did not answer. Check that it runs, then try again.'
  return error instanceof Error && error.message !== '' ? error.message : `The server answered with status ${status}.`
}
