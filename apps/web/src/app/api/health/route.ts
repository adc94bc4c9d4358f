import { getApp } from '../../../server/app.ts'

export const dynamic = 'force-dynamic'

/** 200 while the server and its database answer; 503 otherwise. Needs no session and says nothing else. */
export async function GET(): Promise<Response> {
  try {
    await getApp().db.pool.query('SELECT 1')
    return Response.json({ ok: true })
  } catch {
    return Response.json({ ok: false, reason: 'the database does not answer' }, { status: 503 })
  }
}
