import { SondeError } from '@sonde/contract'

/** SQLSTATEs of Postgres: a NUL in a text, and one written as an escape in jsonb. */
const CODES = new Set(['22021', '22P05'])

/**
 * Postgres takes every character but NUL. Where a request has one, in a search as in a title, that is the asker's mistake: `invalid`
 * with words for them; any other error as it is.
 */
export function namedIfUnstorable(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error) || !CODES.has(String(error.code))) return error
  return new SondeError('invalid', 'a text in this request holds a NUL character, which can be neither stored nor searched for')
}
