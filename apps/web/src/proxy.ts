import { type NextRequest, NextResponse } from 'next/server'
import { contentSecurityPolicy } from './content-security-policy.ts'
import { isDevelopment } from './env.ts'
import { PATH_HEADER } from './server/path-header.ts'
import { shareRefusal } from './server/share-refusal.ts'

/**
 * Gives every page its own script nonce (Next puts it on its scripts when it finds it in the request's policy), and answers share links
 * that show nothing (any more).
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const [, token] = /^\/s\/([^/]+)$/.exec(request.nextUrl.pathname) ?? []
  const refusal = token === undefined ? null : await shareRefusal(token)
  if (refusal) return refusal
  const nonce = crypto.randomUUID().replaceAll('-', '')
  const policy = contentSecurityPolicy(nonce, isDevelopment)
  const headers = new Headers(request.headers)
  headers.set('x-nonce', nonce)
  headers.set('content-security-policy', policy)
  const search = new URLSearchParams(request.nextUrl.search)
  search.delete('_rsc')
  headers.set(PATH_HEADER, `${request.nextUrl.pathname}${search.size > 0 ? `?${search}` : ''}`)
  const response = NextResponse.next({ request: { headers } })
  response.headers.set('content-security-policy', policy)
  return response
}

export const config = { matcher: ['/((?!api/|_next/static/|_next/image|icon.svg).*)'] }
