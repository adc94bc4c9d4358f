import type { Metadata } from 'next'

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')

/**
 * The head that Next.js makes of the metadata of a share link, for tests without a server; that it does is what e2e/unfurl.spec.ts looks at.
 */
export function headHtml({ title, description, openGraph, twitter }: Metadata, themeColor = '#2f56d9'): string {
  const lines = [`<title>${escaped(String(title))}</title>`]
  const meta = (key: 'name' | 'property', name: string, content: unknown) => {
    if (content !== undefined) lines.push(`<meta ${key}="${name}" content="${escaped(String(content))}"/>`)
  }
  meta('name', 'description', description ?? undefined)
  meta('name', 'theme-color', themeColor)
  const og: Record<string, unknown> = { ...openGraph }
  meta('property', 'og:title', og.title)
  meta('property', 'og:description', og.description)
  meta('property', 'og:url', og.url)
  meta('property', 'og:site_name', og.siteName)
  meta('property', 'og:type', og.type)
  const [image] = og.images as { url: string; alt: string; width: number; height: number; type: string }[]
  meta('property', 'og:image', image?.url)
  for (const part of ['alt', 'width', 'height', 'type'] as const) meta('property', `og:image:${part}`, image?.[part])
  const card: Record<string, unknown> = { ...twitter }
  for (const part of ['card', 'title', 'description']) meta('name', `twitter:${part}`, card[part])
  const [picture] = card.images as { url: string; alt: string }[]
  meta('name', 'twitter:image', picture?.url)
  meta('name', 'twitter:image:alt', picture?.alt)
  return `<!DOCTYPE html><html lang="en"><head>${lines.join('')}</head><body></body></html>`
}
