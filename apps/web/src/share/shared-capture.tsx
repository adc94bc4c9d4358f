'use client'
import { formatViewState, parseViewState, type SharedLink } from '@sonde/contract'
import { SkeletonRows } from '@sonde/ui'
import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { CapturePage } from '../capture/capture-page.tsx'
import { useLinkBeats } from '../notes/use-link-beats.ts'
import { ApiProvider, useTRPC } from '../trpc/client.tsx'
import { ShareBar } from './share-bar.tsx'
import { ShareProvider } from './share-context.tsx'

/** The page of a share link: the capture's own page, without what needs an account. */
export function SharedCapture({ token, link }: { token: string; link: SharedLink }) {
  return (
    <ShareProvider opened={{ token, link }}>
      <ApiProvider shareToken={token}>
        <div className="flex min-h-dvh flex-col">
          <ShareBar link={link} />
          <main id="main" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
            <LandedCapture link={link} />
          </main>
        </div>
      </ApiProvider>
    </ShareProvider>
  )
}

/** Puts the shared view into the address, unless the address has one of its own: from there on the address is the view, as everywhere. */
function LandedCapture({ link }: { link: SharedLink }) {
  const trpc = useTRPC()
  const [isLanded, setLanded] = useState(false)
  const isCounted = useRef(false)
  useLinkBeats(link.captureId)
  const { mutate: countRead } = useMutation(trpc.shares.countRead.mutationOptions())
  useEffect(() => {
    const own = formatViewState(parseViewState(new URLSearchParams(window.location.search)))
    if (own === '' && link.view !== '') window.history.replaceState(null, '', `${window.location.pathname}?${link.view}`)
    setLanded(true)
    if (isCounted.current) return
    isCounted.current = true
    countRead()
  }, [link.view, countRead])
  return isLanded ? <CapturePage id={link.captureId} /> : <SkeletonRows label="Loading the capture" rows={12} />
}
