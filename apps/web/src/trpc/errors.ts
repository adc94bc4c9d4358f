import { TRPCClientError } from '@trpc/client'

/** HTTP status of an API error, null where the server was not reached at all. */
export function httpStatusOf(error: unknown): number | null {
  if (!(error instanceof TRPCClientError)) return null
  const data: unknown = error.data
  if (typeof data !== 'object' || data === null || !('httpStatus' in data)) return null
  return typeof data.httpStatus === 'number' ? data.httpStatus : null
}

/** A sentence for people: the server's own words where it answered, else that it did not. */
export function errorText(error: unknown): string {
  const status = httpStatusOf(error)
  if (status === null) return 'The server did not answer. Check that it runs, then try again.'
  return error instanceof Error && error.message !== '' ? error.message : `The server answered with status ${status}.`
}
