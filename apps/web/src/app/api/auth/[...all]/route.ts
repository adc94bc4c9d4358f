import { z } from 'zod'
import { getAuth } from '../../../../auth.ts'
import { SignInLimit } from '../../../../server/sign-in-limit.ts'

export const dynamic = 'force-dynamic'

const limit = new SignInLimit()
const credentialsSchema = z.object({ email: z.string() })

export const GET = (request: Request): Promise<Response> => getAuth().handler(request)

export async function POST(request: Request): Promise<Response> {
  if (!new URL(request.url).pathname.endsWith('/sign-in/email')) return getAuth().handler(request)
  const body: unknown = await request
    .clone()
    .json()
    .catch(() => null)
  const email = credentialsSchema.safeParse(body).data?.email ?? ''
  if (limit.isBlocked(email, Date.now())) {
    return Response.json({ message: 'too many attempts' }, { status: 429, headers: { 'retry-after': '60' } })
  }
  const response = await getAuth().handler(request)
  if (response.ok) limit.succeeded(email)
  else if (response.status === 401) limit.failed(email, Date.now())
  return response
}
