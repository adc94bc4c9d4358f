/**
 * The closed list of errors that use cases throw. `status` is the HTTP status they become; `message` is text that is safe
 * to show to whoever asked.
 */
export const ERROR_CODES = {
  'not-signed-in': 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  /** It was there, and is not any more: a link that was revoked or has expired. */
  gone: 410,
  invalid: 400,
  'too-large': 413,
  unprocessable: 422,
  'host-offline': 503,
  timeout: 504,
  internal: 500,
} as const
export type ErrorCode = keyof typeof ERROR_CODES

export class SondeError extends Error {
  readonly code: ErrorCode
  /** Where a target's state is the reason for a conflict. */
  readonly details: Readonly<Record<string, string>>
  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'SondeError'
    this.code = code
    this.details = details
  }
}
