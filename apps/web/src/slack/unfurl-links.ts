import { formatViewState, parseViewState, SondeError } from '@sonde/contract'
import { type App, getCapture, openShare, readPublicTitle } from '@sonde/domain'
import { whenWords } from '../unfurl/collect-picture.ts'
import { linkDescription, pictureAlt } from '../unfurl/link-words.ts'
import { pictureUrl, viewOfQuery } from '../unfurl/picture-url.ts'
import type { SlackClient } from './slack-client.ts'
import type { LinkShared } from './slack-payloads.ts'
import { slackLink, slackText } from './slack-text.ts'

/** https://docs.slack.dev/reference/block-kit/blocks/image-block */
const MAX_IMAGE_URL = 3_000

type Unfurl = { blocks: Record<string, unknown>[] }

/** Shows what the links of a message lead to, below it. What is no link of ours, or leads nowhere, is left as it is. */
export async function unfurlLinks(
  app: App,
  slack: SlackClient,
  { links, source, unfurl_id, channel, message_ts }: LinkShared,
): Promise<void> {
  const unfurls: Record<string, Unfurl> = {}
  for (const { url } of links) {
    const unfurl = await unfurlOf(app, url)
    if (unfurl) unfurls[url] = unfurl
  }
  if (Object.keys(unfurls).length === 0) return
  // A message that is still being written has no place of its own yet: https://docs.slack.dev/reference/methods/chat.unfurl
  const where = unfurl_id !== undefined && source !== undefined ? { unfurl_id, source } : { channel, ts: message_ts }
  await slack.write('chat.unfurl', { ...where, unfurls })
}

async function unfurlOf(app: App, text: string): Promise<Unfurl | null> {
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || url.origin !== new URL(app.urls.web).origin) return null
  const base = new URL(app.urls.web).pathname.replace(/\/$/, '')
  const [, kind, id] = /^\/(s|captures)\/([\w-]{4,128})\/?$/.exec(url.pathname.slice(base.length)) ?? []
  try {
    if (kind === 's' && id !== undefined) return await unfurlShare(app, id, url.searchParams)
    if (kind === 'captures' && id !== undefined) return await unfurlCapture(app, id, text)
  } catch (error) {
    // A link that was revoked, or never was one, shows nothing.
    if (!(error instanceof SondeError)) throw error
  }
  return null
}

async function unfurlShare(app: App, token: string, query: URLSearchParams): Promise<Unfurl> {
  const { actor, link } = await openShare(app, token)
  const capture = await getCapture(actor, app, { id: link.captureId })
  const own = viewOfQuery(query)
  const view = own ?? parseViewState(new URLSearchParams(link.view))
  const page = `${app.urls.web}/s/${token}${own ? `?${formatViewState(own) || 'v=1'}` : ''}`
  const picture = pictureUrl(app.urls.web, token, own)
  return {
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `*${slackLink(page, link.title)}*\n${slackText(linkDescription(capture, view))}` } },
      ...(picture.length <= MAX_IMAGE_URL ? [{ type: 'image', image_url: picture, alt_text: pictureAlt(link.title) }] : []),
    ],
  }
}

/** Whoever reads the channel may not be one who may read the capture: its kind and its time, no picture. */
async function unfurlCapture(app: App, id: string, url: string): Promise<Unfurl | null> {
  const known = await readPublicTitle(app, id)
  if (!known) return null
  const text = `*${slackLink(url, known.title)}*\n${whenWords(known.createdAt)} · sign in to Sonde to see it`
  return { blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] }
}
