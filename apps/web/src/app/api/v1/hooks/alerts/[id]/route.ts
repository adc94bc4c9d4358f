import { ALERT_BODY_LIMIT, ERROR_CODES, idSchema, SondeError } from '@sonde/contract'
import { receiveAlert } from '@sonde/domain'
import { getApp } from '../../../../../../server/app.ts'
import { readBounded } from '../../../../../../server/read-bounded.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/**
 * Alertmanager's webhook (version 4 of its format) for the rule of this id, `authorization: Bearer <the rule's token>`. Answers 200 with what
 * was done (AlertAnswer), also where that is nothing; else `{ error: { code, message } }`, a 4xx for what would be refused again.
 */
export async function POST(request: Request, context: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const { id } = await context.params
    const token = /^Bearer +(\S{1,200})$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    if (token === undefined || !idSchema.safeParse(id).success)
      throw new SondeError('not-signed-in', 'send the token of the rule as "authorization: Bearer …"')
    const text = await readBounded(request, ALERT_BODY_LIMIT)
    const answer = await receiveAlert(getApp(), { ruleId: id, token, body: jsonOf(text) })
    return Response.json(answer, { headers: { 'cache-control': 'no-store' } })
  } catch (error) {
    if (error instanceof SondeError)
      return Response.json({ error: { code: error.code, message: error.message } }, { status: ERROR_CODES[error.code] })
    console.error('alert:', error)
    return Response.json(
      { error: { code: 'internal', message: 'Something went wrong on the server. Its log has the details.' } },
      { status: 500 },
    )
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new SondeError('unprocessable', 'the body is not JSON')
  }
}
