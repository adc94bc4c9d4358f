import type { CaptureSummary } from '@sonde/contract'
import { formatShare, HostText } from '@sonde/ui'
import Link from 'next/link'
import { tagSearchHref } from './capture-tags.tsx'

/** Under a capture's title in the list: its tags, and what of its results the search found. */
export function CaptureFinds({ capture: { tags, found } }: { capture: CaptureSummary }) {
  if (tags.length === 0 && found.length === 0) return null
  return (
    <div className="flex flex-wrap items-center gap-x-2 gap-y-0.5 text-sm">
      {tags.map((tag) => (
        <Link key={tag} href={tagSearchHref(tag)} className="inline-flex min-h-6 items-center text-xs hover:underline">
          <span className="rounded-sm border border-line bg-inset px-1">{tag}</span>
        </Link>
      ))}
      {found.map((term) => (
        <span key={`${term.kind} ${term.text}`} className="inline-flex max-w-full items-center gap-1 text-ink-2">
          <HostText text={term.text} className="font-mono text-xs" /> {formatShare(term.share)} of{' '}
          {term.kind === 'function' ? 'samples' : 'calls'}
        </span>
      ))}
    </div>
  )
}
