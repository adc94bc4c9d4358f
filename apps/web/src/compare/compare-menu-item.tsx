'use client'
import { parseViewState } from '@sonde/contract'
import { MenuItem } from '@sonde/ui'
import { ArrowLeftRight } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useShare } from '../share/share-context.tsx'
import { isTyping, useKeyDown } from '../shell/shortcuts.ts'
import { chooseAgainstHref, selectionOfView } from './compare-links.ts'

/** Where a comparison of what the page has selected begins: side B is chosen, A is asked for. */
const hrefOfPage = (captureId: string): string =>
  chooseAgainstHref(selectionOfView(captureId, parseViewState(new URLSearchParams(window.location.search))))

export function CompareMenuItem({ captureId }: { captureId: string }) {
  const router = useRouter()
  return (
    <MenuItem onSelect={() => router.push(hrefOfPage(captureId))}>
      <ArrowLeftRight aria-hidden /> Compare…
    </MenuItem>
  )
}

/** `v`, as in versus (`c` copies a stack, and goes to the captures after `g`). Not for who reads one capture through a link. */
export function useCompareKey(captureId: string): void {
  const router = useRouter()
  const isShared = useShare() !== null
  useKeyDown((event) => {
    if (isShared || event.key !== 'v' || event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return
    if (isTyping(event.target)) return
    event.preventDefault()
    router.push(hrefOfPage(captureId))
  })
}
