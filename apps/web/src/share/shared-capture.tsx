'use client'
import { formatViewState, parseViewState, type SharedLink } from '@sonde/contract'
import { SkeletonRows } from '@sonde/ui'
import { useMutation } from '@tanstack/react-query'
import { useSearchParams } from 'next/navigation'
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

/** How soon the address is tried again while the router does not follow it yet. */
const RETRY_MS = 30

/** Puts the shared view into the address, unless the address has one of its own: from there on the address is the view, as everywhere. */
function LandedCapture({ link }: { link: SharedLink }) {
  const trpc = useTRPC()
  const params = useSearchParams().toString()
  const hasView = link.view === '' || viewIn(params) !== ''
  const [isLanded, setLanded] = useState(hasView)
  // For good: whoever goes back to the plain view wants just that.
  if (hasView && !isLanded) setLanded(true)
  useEffect(() => {
    if (isLanded) return
    // The router hears of addresses that are written after its own effects have run, which is after this one at first.
    const timer = setInterval(() => window.history.replaceState(null, '', `${window.location.pathname}?${link.view}`), RETRY_MS)
    return () => clearInterval(timer)
  }, [isLanded, link.view])

  const isCounted = useRef(false)
  useLinkBeats(link.captureId)
  const { mutate: countRead } = useMutation(trpc.shares.countRead.mutationOptions())
  useEffect(() => {
    if (isCounted.current) return
    isCounted.current = true
    countRead()
  }, [countRead])
  return isLanded ? <CapturePage id={link.captureId} /> : <SkeletonRows label="Loading the capture" rows={12} />
}

const viewIn = (query: string): string => formatViewState(parseViewState(new URLSearchParams(query)))
