import { type DefaultTreeAdapterTypes, parse } from 'parse5'

/**
 * What chats ask of a page so that its link unfurls, each rule with where it is published. `unfurlProblems` reads a page as they do: its
 * first bytes, no script.
 */
type Tags = {
  /** `property` or `name` → contents, in order. */
  meta: Map<string, string[]>
  title: string
  /** Bytes of the page up to the end of the last tag that an unfurl needs. */
  lastTagByte: number
}
type Page = { html: string; contentType: string; status: number; tags: Tags; origin: string }
type Rule = { says: string; source: string; problem: (page: Page) => string | null }

const one = ({ tags }: Page, name: string): string => tags.meta.get(name)?.[0] ?? ''
const bytes = (text: string): number => Buffer.byteLength(text)
const required =
  (...names: string[]) =>
  (page: Page) => {
    const missing = names.filter((name) => one(page, name) === '')
    return missing.length === 0 ? null : `no ${missing.join(', ')}`
  }
const NEEDED = ['og:title', 'og:description', 'og:image', 'twitter:card']

export const UNFURL_RULES: readonly Rule[] = [
  {
    says: 'every object has a title, a type, an image and an address',
    source: 'Open Graph protocol, https://ogp.me/#metadata',
    problem: required('og:title', 'og:type', 'og:image', 'og:url'),
  },
  {
    says: 'an image with og:image should say og:image:alt; width and height let a chat lay out the card before it has the image',
    source: 'Open Graph protocol, https://ogp.me/#structured',
    problem: (page) => {
      const missing = required('og:image:alt', 'og:image:type')(page)
      if (missing) return missing
      const size = `${one(page, 'og:image:width')}x${one(page, 'og:image:height')}`
      return size === '1200x630' ? null : `the image is said to be ${size}`
    },
  },
  {
    says: 'addresses are absolute, and of this server',
    source: 'Open Graph protocol, https://ogp.me/#url; Meta refuses relative ones, https://developers.facebook.com/docs/sharing/webmasters',
    problem: (page) => {
      const wrong = ['og:url', 'og:image', 'twitter:image'].filter(
        (name) => !URL.canParse(one(page, name)) || new URL(one(page, name)).origin !== page.origin,
      )
      return wrong.length === 0 ? null : `${wrong.join(', ')} is not an absolute address of ${page.origin}`
    },
  },
  {
    says: 'a large card, not a thumbnail; the title of at most 70 characters',
    source:
      'X, https://developer.x.com/en/docs/x-for-websites/cards/overview/summary-card-with-large-image (twitter:card, twitter:title, twitter:image:alt of at most 420 characters)',
    problem: (page) => {
      if (one(page, 'twitter:card') !== 'summary_large_image') return `twitter:card is “${one(page, 'twitter:card')}”`
      const missing = required('twitter:title', 'twitter:image')(page)
      if (missing) return missing
      if (one(page, 'twitter:title').length > 70) return 'twitter:title has more than 70 characters'
      return one(page, 'twitter:image:alt').length > 420 ? 'twitter:image:alt has more than 420 characters' : null
    },
  },
  {
    says: 'the tags stand within the first 32 KB: Slack asks for no more of a page (Range: bytes=0-32768)',
    source: 'Slack, https://docs.slack.dev/messaging/unfurling-links-in-messages and https://api.slack.com/robots',
    problem: ({ tags }) => (tags.lastTagByte <= 32_768 ? null : `the last tag ends at byte ${tags.lastTagByte}`),
  },
  {
    says: 'Slack shows the name of the site, the title, the description and the image of the tags',
    source: 'Slack, classic unfurling, https://docs.slack.dev/messaging/unfurling-links-in-messages#classic_unfurl',
    problem: required('og:site_name', 'og:title', 'og:description', 'og:image'),
  },
  {
    says: 'Discord: a title of at most 70 bytes, a description of at most 350, a site name of at most 256 or nothing is shown at all',
    source:
      'Discord’s limits of embeds, https://discord.com/developers/docs/resources/message#embed-object-embed-limits; where the preview cuts, as measured at https://opengraphplus.com/consumers/discord/tags',
    problem: (page) => {
      if (bytes(one(page, 'og:title')) > 70) return `og:title has ${bytes(one(page, 'og:title'))} bytes`
      if (bytes(one(page, 'og:description')) > 350) return `og:description has ${bytes(one(page, 'og:description'))} bytes`
      return bytes(one(page, 'og:site_name')) > 256 ? 'og:site_name is too long' : null
    },
  },
  {
    says: 'Discord: theme-color as # and six digits; it reads no other colour',
    source: 'https://opengraphplus.com/consumers/discord/tags; CSS colours of other forms are misread',
    problem: (page) => (/^#[0-9a-f]{6}$/i.test(one(page, 'theme-color')) ? null : `theme-color is “${one(page, 'theme-color')}”`),
  },
  {
    says: 'Teams: a title of at most 75 characters, a description of at most 200',
    source:
      'https://ogproof.veridux.ai/blog/microsoft-teams-open-graph-tags; Microsoft publishes no number: https://learn.microsoft.com/microsoftteams/manage-url-previews',
    problem: (page) =>
      one(page, 'og:title').length > 75 || one(page, 'og:description').length > 200 ? 'og:title or og:description is too long' : null,
  },
  {
    says: 'an answer of 200 and text/html: anything else is no page to Teams and Discord',
    source: 'https://opengraphplus.com/consumers/teams/crawling, https://opengraphplus.com/consumers/discord/issues/no-embed-showing',
    problem: ({ status, contentType }) => (status === 200 && contentType.startsWith('text/html') ? null : `${status} ${contentType}`),
  },
  {
    says: 'a plain reader has a title and a description',
    source: 'HTML, https://html.spec.whatwg.org/multipage/semantics.html#the-title-element and #standard-metadata-names',
    problem: (page) => (page.tags.title === '' ? 'no <title>' : required('description')(page)),
  },
  {
    says: 'each tag once: readers differ in whether the first or the last counts',
    source: 'Open Graph protocol, https://ogp.me/#array: several tags are an array',
    problem: ({ tags }) => {
      const twice = [...tags.meta].filter(([name, contents]) => /^(og|twitter):/.test(name) && contents.length > 1).map(([name]) => name)
      return twice.length === 0 ? null : `several ${twice.join(', ')}`
    },
  },
]

/** Every rule that a page breaks, in words. `origin`: of the server, as in SONDE_URL. */
export function unfurlProblems(answer: { html: string; contentType: string; status: number; origin: string }): string[] {
  const page = { ...answer, tags: tagsOf(answer.html) }
  return UNFURL_RULES.flatMap(({ says, problem }) => {
    const found = problem(page)
    return found === null ? [] : [`${found} (${says})`]
  })
}

/** The tags of the head alone: what comes with the body is not read by all. */
export function tagsOf(html: string): Tags {
  const tags: Tags = { meta: new Map(), title: '', lastTagByte: 0 }
  const document = parse(html, { sourceCodeLocationInfo: true })
  const head = elementsOf(document).find(({ tagName }) => tagName === 'html')
  for (const element of elementsOf(elementsOf(head).find(({ tagName }) => tagName === 'head'))) {
    if (element.tagName === 'title') tags.title = element.childNodes.map((node) => ('value' in node ? node.value : '')).join('')
    if (element.tagName !== 'meta') continue
    const attribute = (name: string) => element.attrs.find((one) => one.name === name)?.value ?? ''
    const name = attribute('property') || attribute('name')
    tags.meta.set(name, [...(tags.meta.get(name) ?? []), attribute('content')])
    if (NEEDED.includes(name))
      tags.lastTagByte = Math.max(tags.lastTagByte, bytes(html.slice(0, element.sourceCodeLocation?.endOffset ?? 0)))
  }
  return tags
}

const elementsOf = (node: { childNodes: DefaultTreeAdapterTypes.ChildNode[] } | undefined): DefaultTreeAdapterTypes.Element[] =>
  (node?.childNodes ?? []).filter((child): child is DefaultTreeAdapterTypes.Element => 'tagName' in child)
