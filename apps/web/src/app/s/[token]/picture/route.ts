import { ERROR_CODES, parseViewState, SondeError } from '@sonde/contract'
import { getCapture, openShare } from '@sonde/domain'
import { getApp } from '../../../../server/app.ts'
import { pictureAgeSeconds, pictureOfView, pictureTag } from '../../../../unfurl/picture-of-view.ts'
import { pictureService } from '../../../../unfurl/picture-service.ts'
import { viewOfQuery } from '../../../../unfurl/picture-url.ts'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/**
 * A shared view as a PNG of 1200 × 630, for chats: what the reader of the link may see, and nothing else. `?v=1&…` shows another view of
 * it, as on the page; `?theme=dark`. Without a session: the token is the key. 404 or 410 for a link that shows nothing (any more).
 */
export async function GET(request: Request, context: { params: Promise<{ token: string }> }): Promise<Response> {
  try {
    const app = getApp()
    // Before anything that is kept: a link that was closed shows nothing, from this moment on.
    const { actor, link } = await openShare(app, (await context.params).token)
    const query = new URL(request.url).searchParams
    const picture = {
      owner: actor.shareId,
      actor,
      capture: await getCapture(actor, app, { id: link.captureId }),
      view: viewOfQuery(query) ?? parseViewState(new URLSearchParams(link.view)),
      theme: query.get('theme') === 'dark' ? ('dark' as const) : ('light' as const),
      title: link.title,
    }
    const etag = pictureTag(picture)
    const headers = { etag, 'cache-control': `private, max-age=${pictureAgeSeconds(picture.capture)}` }
    if (request.headers.get('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers })
    const png = await pictureOfView({ app, ...pictureService() }, picture)
    return new Response(new Uint8Array(png), { headers: { ...headers, 'content-type': 'image/png', 'content-length': String(png.length) } })
  } catch (error) {
    if (!(error instanceof SondeError) || error.code === 'internal') console.error('picture:', error)
    return refusal(
      error instanceof SondeError ? error : new SondeError('internal', 'Something went wrong on the server. Its log has the details.'),
    )
  }
}

/** Too many at once is a reason to come back, not one to give up. */
function refusal({ code, message }: SondeError): Response {
  const isBusy = code === 'conflict'
  return Response.json(
    { error: { code, message } },
    { status: isBusy ? 503 : ERROR_CODES[code], headers: { 'cache-control': 'private, no-store', ...(isBusy && { 'retry-after': '5' }) } },
  )
}
