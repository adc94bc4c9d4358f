import { ERROR_CODES, SondeError } from '@sonde/contract'

/** The answer to a request that was refused, or that went wrong. */
export function slackRefusal(error: unknown): Response {
  if (error instanceof SondeError)
    return Response.json({ error: { code: error.code, message: error.message } }, { status: ERROR_CODES[error.code] })
  console.error('slack:', error)
  return Response.json(
    { error: { code: 'internal', message: 'Something went wrong on the server. Its log has the details.' } },
    { status: 500 },
  )
}
