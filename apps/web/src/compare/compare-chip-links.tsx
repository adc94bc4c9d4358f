'use client'
import type { CaptureView, CaptureViewState } from '@sonde/contract'
import Link from 'next/link'
import { useShare } from '../share/share-context.tsx'
import { againstTimeBeforeHref, hostAgainstRestHref } from './compare-links.ts'

/** Beside what a capture's page has selected: the comparisons that the selection asks for. They need an account. */
export function CompareChipLinks({ capture, view }: { capture: CaptureView; view: CaptureViewState }) {
  const isShared = useShare() !== null
  const before = againstTimeBeforeHref(capture.id, view)
  const rest = view.host !== '' && view.process === '' && capture.targets.length > 1 ? hostAgainstRestHref(capture.id, view) : null
  if (isShared) return null
  return (
    <>
      {rest ? <ChipLink href={rest}>verdict: host vs the rest</ChipLink> : null}
      {before ? <ChipLink href={before}>compare with the time before</ChipLink> : null}
    </>
  )
}

const ChipLink = ({ href, children }: { href: string; children: string }) => (
  <Link href={href} className="inline-flex h-6 items-center whitespace-nowrap text-accent text-sm underline print:hidden">
    {children}
  </Link>
)
