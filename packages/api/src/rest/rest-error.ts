import { type DeviceError, ERROR_CODES, type ErrorCode, SondeError } from '@sonde/contract'
import { ZodError } from 'zod'
import { INTERNAL_TEXT, sentenceOf } from '../translate-error.ts'

/** What only HTTP can do wrong, beside the errors of use cases. */
const HTTP_CODES = { 'method-not-allowed': 405, 'unsupported-media-type': 415, 'too-many-requests': 429 } as const
export const REST_ERROR_CODES = { ...ERROR_CODES, ...HTTP_CODES } as const
export type RestErrorCode = ErrorCode | keyof typeof HTTP_CODES

/** An error of HTTP itself. */
export class RestError extends Error {
  readonly code: RestErrorCode
  readonly headers: Readonly<Record<string, string>>
  constructor(code: RestErrorCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.code = code
    this.headers = headers
  }
}

/** An error of the device login, in OAuth's own form: `{ error, error_description }` with 400 (RFC 6749, 5.2). */
export class OauthError extends Error {
  readonly code: DeviceError | 'unsupported_grant_type'
  constructor(code: DeviceError | 'unsupported_grant_type', message: string) {
    super(message)
    this.code = code
  }
}

/** An error → the answer: `{ error: { code, message } }` with the code's status. Of anything unforeseen only that it happened gets out. */
export function errorAnswer(error: unknown): Response {
  if (error instanceof OauthError) return json({ error: error.code, error_description: error.message }, 400)
  if (error instanceof RestError) return problem(error.code, error.message, error.headers)
  if (error instanceof ZodError) return problem('invalid', sentenceOf(error))
  if (error instanceof SondeError && error.code !== 'internal') {
    const headers: Record<string, string> = error.code === 'not-signed-in' ? { 'www-authenticate': 'Bearer realm="sonde"' } : {}
    return problem(error.code, error.message, headers, error.details)
  }
  return problem('internal', INTERNAL_TEXT)
}

/** Whether this is nobody's fault but the server's, and belongs in its log. */
export const isUnforeseen = (error: unknown): boolean =>
  !(error instanceof OauthError || error instanceof RestError || error instanceof ZodError) &&
  (!(error instanceof SondeError) || error.code === 'internal')

function problem(
  code: RestErrorCode,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  details: Readonly<Record<string, string>> = {},
): Response {
  const error = { code, message, ...(Object.keys(details).length > 0 && { details }) }
  return json({ error }, REST_ERROR_CODES[code], headers)
}

/** What a token's holder sees is nobody else's. */
export function json(value: unknown, status: number, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(value, { status, headers: { 'cache-control': 'private, no-store', ...headers } })
}
