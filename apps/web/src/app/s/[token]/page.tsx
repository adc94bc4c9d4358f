import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { getApp } from '../../../server/app.ts'
import { sharedLink } from '../../../server/shared-link.ts'
import { SharedCapture } from '../../../share/shared-capture.tsx'
import { pictureService } from '../../../unfurl/picture-service.ts'
import { shareMetadata } from '../../../unfurl/share-metadata.ts'

type Props = { params: Promise<{ token: string }>; searchParams: Promise<Record<string, string | string[] | undefined>> }

/** The strip beside a link's preview in Discord, which reads one colour of six digits. */
export const viewport: Viewport = { themeColor: '#2f56d9' }

export async function generateMetadata({ params, searchParams }: Props): Promise<Metadata> {
  const { token } = await params
  const opened = await sharedLink(token)
  if (!opened) return { title: 'Shared capture' }
  // What sends no such header is no browser, and will ask for the picture next.
  if (!(await headers()).has('sec-fetch-mode')) pictureService().painter.warm()
  const single = Object.entries(await searchParams).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return {
    ...(await shareMetadata(getApp(), opened, { token, query: new URLSearchParams(single) })),
    referrer: 'no-referrer',
    robots: { index: false, follow: false, noarchive: true },
  }
}

/** A capture for whoever has the link. One that shows nothing (any more) is answered by the proxy, before this. */
export default async function Page({ params }: Props) {
  const { token } = await params
  const opened = await sharedLink(token)
  if (!opened) notFound()
  return <SharedCapture token={token} link={opened.link} />
}
