import { formatViewState, parseViewState } from '@sonde/contract'
import { type App, getCapture, type OpenShare } from '@sonde/domain'
import type { Metadata } from 'next'
import { LINK_LIMITS, linkDescription, pictureAlt, withinBytes } from './link-words.ts'
import { PICTURE_SIZE } from './picture-request.ts'
import { pictureUrl, viewOfQuery } from './picture-url.ts'

/**
 * What a chat shows of a share link, as Open Graph (ogp.me) and Twitter card tags: title, numbers, and the picture of its view. Everything
 * is read with the eyes of the link's reader. `query`: of the page that was asked for.
 */
export async function shareMetadata(
  app: App,
  { actor, link }: OpenShare,
  { token, query }: { token: string; query: URLSearchParams },
): Promise<Metadata> {
  const capture = await getCapture(actor, app, { id: link.captureId })
  const own = viewOfQuery(query)
  const title = withinBytes(link.title, LINK_LIMITS.titleBytes)
  const description = withinBytes(
    linkDescription(capture, own ?? parseViewState(new URLSearchParams(link.view))),
    LINK_LIMITS.descriptionBytes,
  )
  const picture = { url: pictureUrl(app.urls.web, token, own), alt: pictureAlt(link.title), ...PICTURE_SIZE, type: 'image/png' }
  return {
    title: link.title,
    description,
    openGraph: {
      type: 'website',
      siteName: 'Sonde',
      title,
      description,
      url: `${app.urls.web}/s/${token}${own ? `?${formatViewState(own) || 'v=1'}` : ''}`,
      images: [picture],
    },
    twitter: { card: 'summary_large_image', title, description, images: [{ url: picture.url, alt: picture.alt }] },
  }
}
