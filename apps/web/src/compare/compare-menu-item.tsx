'use client'
import { parseViewState } from '@sonde/contract'
import { MenuItem } from '@sonde/ui'
import { ArrowLeftRight } from 'lucide-react'
import { useRouter } from 'next/navigation'
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

/** `v`, as in versus (`c` copies a stack, and goes to the captures after `g`). */
export function useCompareKey(captureId: string): void {
  const router = useRouter()
  useKeyDown((event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || event.key !== 'v') return
    event.preventDefault()
    router.push(hrefOfPage(captureId))
  })
}
