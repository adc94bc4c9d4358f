'use client'
import type { CaptureView } from '@sonde/contract'
import { Button } from '@sonde/ui'
import { Share2 } from 'lucide-react'
import { lazy, Suspense, useRef, useState } from 'react'

const ShareDialog = lazy(async () => ({ default: (await import('./share-dialog.tsx')).ShareDialog }))

/** Opens the dialog that makes a link for people without an account. */
export function ShareButton({ capture }: { capture: CaptureView }) {
  const [open, setOpen] = useState(false)
  const [wasOpen, setWasOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  // The dialog has put the focus on its own button before it could remember where it was.
  const onOpenChange = (next: boolean) => {
    setOpen(next)
    if (!next) setTimeout(() => button.current?.focus(), 0)
  }
  return (
    <>
      <Button
        ref={button}
        variant="primary"
        aria-label="Share"
        onClick={() => {
          setOpen(true)
          setWasOpen(true)
        }}
      >
        <Share2 aria-hidden /> <span className="hidden sm:inline">Share</span>
      </Button>
      <Suspense>{wasOpen ? <ShareDialog capture={capture} open={open} onOpenChange={onOpenChange} /> : null}</Suspense>
    </>
  )
}
