import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { sharedLink } from '../../../server/shared-link.ts'
import { SharedCapture } from '../../../share/shared-capture.tsx'

type Props = { params: Promise<{ token: string }> }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const opened = await sharedLink((await params).token)
  return {
    title: opened?.link.title ?? 'Shared capture',
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
