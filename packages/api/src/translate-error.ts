import { type ErrorCode, SondeError } from '@sonde/contract'
import { TRPCError } from '@trpc/server'
import { ZodError } from 'zod'
import { namedIfUnstorable } from './unstorable-text.ts'

const TRPC_CODES = {
  'not-signed-in': 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  'not-found': 'NOT_FOUND',
  conflict: 'CONFLICT',
  // tRPC has no 410; `sondeCode` tells the two apart.
  gone: 'NOT_FOUND',
  invalid: 'BAD_REQUEST',
  'too-large': 'PAYLOAD_TOO_LARGE',
  unprocessable: 'UNPROCESSABLE_CONTENT',
  'host-offline': 'SERVICE_UNAVAILABLE',
  timeout: 'GATEWAY_TIMEOUT',
  internal: 'INTERNAL_SERVER_ERROR',
} as const satisfies Record<ErrorCode, TRPCError['code']>

export const INTERNAL_TEXT = 'Something went wrong on the server. Its log has the details.'

/**
 * The only place that decides what an error becomes for a client. A SondeError's text was written for whoever asked and is
 * kept; of anything unforeseen only that it happened gets out. The cause stays on the error, for the server's log.
 */
export function translateError(error: unknown): TRPCError {
  const cause = namedIfUnstorable(error instanceof TRPCError && error.cause ? error.cause : error)
  if (cause instanceof SondeError) {
    const message = cause.code === 'internal' ? INTERNAL_TEXT : cause.message
    return new TRPCError({ code: TRPC_CODES[cause.code], message, cause })
  }
  // tRPC's own: an input that its schema refuses, a procedure that does not exist
  if (error instanceof TRPCError && error.code !== 'INTERNAL_SERVER_ERROR') {
    if (error.cause instanceof ZodError) return new TRPCError({ code: error.code, message: sentenceOf(error.cause), cause: error.cause })
    return error
  }
  return new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: INTERNAL_TEXT, cause })
}

/** SondeError's code, for the client's program: it distinguishes more than an HTTP status. */
export function errorCodeOf(error: TRPCError): ErrorCode {
  if (error.cause instanceof SondeError) return error.cause.code
  for (const [code, trpc] of Object.entries(TRPC_CODES)) if (trpc === error.code && isErrorCode(code)) return code
  return 'internal'
}

/** Why a share link shows nothing any more, for the page that was open on it; undefined for any other error. */
export function shareEndOf(error: TRPCError): string | undefined {
  return error.cause instanceof SondeError && error.cause.code === 'gone' ? error.cause.details.end : undefined
}

const isErrorCode = (code: string): code is ErrorCode => code in TRPC_CODES

/** The first thing that is wrong, with where it is. */
export function sentenceOf(error: ZodError): string {
  const [issue] = error.issues
  if (!issue) return 'the request is not valid'
  return issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message
}
