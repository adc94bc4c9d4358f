'use client'
import { type CaptureSummary, compareHref } from '@sonde/contract'
import { Button, HostText } from '@sonde/ui'
import { ArrowLeftRight } from 'lucide-react'
import Link from 'next/link'
import { chooseAgainstHref } from './compare-links.ts'

const whole = (capture: string) => ({ capture, host: '', rest: false, process: '', window: '' })

/** The captures that are ticked in the list, at most two, and the way to their comparison: the earlier one is A. */
export function CompareChosen({ chosen, onClear }: { chosen: readonly CaptureSummary[]; onClear: () => void }) {
  const [a, b] = [...chosen].sort((x, y) => x.createdAt.getTime() - y.createdAt.getTime())
  if (!a) return null
  const href = b ? compareHref({ a: whole(a.id), b: whole(b.id) }) : chooseAgainstHref(whole(a.id))
  return (
    <section
      aria-label="Chosen captures"
      data-testid="compare-chosen"
      className="sticky bottom-3 z-20 flex min-w-0 flex-wrap items-center gap-2 rounded-md border border-accent-line bg-raised px-3 py-2 shadow-overlay"
    >
      <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2">
        {b ? (
          <>
            <span className="text-ink-3">A</span> <HostText text={a.title} className="font-medium" />
            <span className="text-ink-3">B</span> <HostText text={b.title} className="font-medium" />
          </>
        ) : (
          <>
            <HostText text={a.title} className="font-medium" /> <span className="text-ink-2">Tick another one to compare it with.</span>
          </>
        )}
      </span>
      <Button onClick={onClear}>Clear</Button>
      <Button asChild variant={b ? 'primary' : 'secondary'}>
        <Link href={href}>
          <ArrowLeftRight aria-hidden /> {b ? 'Compare' : 'Compare with…'}
        </Link>
      </Button>
    </section>
  )
}
