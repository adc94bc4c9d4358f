import { ERROR_CODES, idSchema, SHARE_HEADER, SondeError } from '@sonde/contract'
import { type ProfileKind, readProfile, readProfileVersion } from '@sonde/domain'
import { PROFILE_CONTENT_TYPE } from '@sonde/profile'
import { getApp } from '../../../../../server/app.ts'
import { actorOf } from '../../../../../server/session.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/**
 * The merged profile of a capture (`?kind=offcpu`: of its waits), as encodeProfile of packages/profile makes it, in gzip; the ETag is its version. The gzip
 * is part of the content type and undone by the reader: Next takes content-encoding away from what route handlers answer.
 */
export async function GET(request: Request, context: { params: Promise<{ id: string }> }): Promise<Response> {
  try {
    const { id } = await context.params
    if (!idSchema.safeParse(id).success) throw new SondeError('not-found', 'there is no such capture')
    const kind = kindOf(new URL(request.url).searchParams.get('kind'))
    const actor = await actorOf(request.headers)
    const app = getApp()
    // What a link shows is for as long as the link works: no cache may keep it.
    const isShared = actor.kind === 'share'
    const asked = isShared ? null : request.headers.get('if-none-match')
    if (asked !== null) {
      const version = await readProfileVersion(actor, app, { id, kind })
      if (asked === etagOf(id, kind, version))
        return new Response(null, { status: 304, headers: { etag: asked, 'cache-control': 'private, no-cache' } })
    }
    const profile = await readProfile(actor, app, { id, kind })
    return new Response(new Uint8Array(profile.gzip), {
      headers: {
        'content-type': `${PROFILE_CONTENT_TYPE}+gzip`,
        'cache-control': isShared ? 'private, no-store' : 'private, no-cache',
        vary: `cookie, ${SHARE_HEADER}`,
        ...(isShared ? {} : { etag: etagOf(id, kind, profile.version) }),
        'x-sonde-version': String(profile.version),
      },
    })
  } catch (error) {
    if (error instanceof SondeError)
      return Response.json({ error: { code: error.code, message: error.message } }, { status: ERROR_CODES[error.code] })
    console.error('profile:', error)
    return Response.json(
      { error: { code: 'internal', message: 'Something went wrong on the server. Its log has the details.' } },
      { status: 500 },
    )
  }
}

function kindOf(text: string | null): ProfileKind {
  if (text === null || text === 'profile') return 'profile'
  if (text === 'offcpu') return text
  throw new SondeError('invalid', 'a profile is of kind profile or offcpu')
}

const etagOf = (id: string, kind: ProfileKind, version: number): string => `"${id}-${kind}-${version}"`
