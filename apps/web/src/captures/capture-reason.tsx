import type { CaptureReason, CaptureReasonKind } from '@sonde/contract'
import { cx, HostText } from '@sonde/ui'
import { AlarmClock, BellRing, CloudUpload, Gauge, type LucideIcon, MessageSquare, Plug, Terminal } from 'lucide-react'
import Link from 'next/link'

const KINDS: Record<CaptureReasonKind, { word: string; Icon: LucideIcon }> = {
  schedule: { word: 'Schedule', Icon: AlarmClock },
  alert: { word: 'Alert', Icon: BellRing },
  threshold: { word: 'Threshold', Icon: Gauge },
  deploy: { word: 'Deploy', Icon: CloudUpload },
  slack: { word: 'Slack', Icon: MessageSquare },
  cli: { word: 'Command line', Icon: Terminal },
  api: { word: 'API', Icon: Plug },
}

/** Why a capture exists that nobody pressed Start for, in a line, with ways to what made it. */
export function CaptureReasonLine({ reason, links = false, className }: { reason: CaptureReason; links?: boolean; className?: string }) {
  const { word, Icon } = KINDS[reason.kind]
  return (
    <span className={cx('flex min-w-0 flex-wrap items-center gap-x-2 text-ink-2', className)} data-testid="capture-reason">
      <span className="inline-flex min-w-0 max-w-full items-center gap-1.5" title={`Started by: ${word}`}>
        <Icon aria-hidden className="size-3.5 shrink-0 text-ink-3" />
        <span className="sr-only">{word}: </span>
        <HostText text={reason.text} wrap={links} />
      </span>
      {links && reason.ruleId ? (
        <Link href={`/rules/${reason.ruleId}`} className="whitespace-nowrap text-accent underline">
          Rule
        </Link>
      ) : null}
      {links && reason.deployId ? (
        <Link href={`/deploys/${reason.deployId}`} className="whitespace-nowrap text-accent underline">
          Deploy
        </Link>
      ) : null}
      {links && reason.url ? (
        <a href={reason.url} target="_blank" rel="noopener noreferrer nofollow" className="whitespace-nowrap text-accent underline">
          Where it came from
        </a>
      ) : null}
    </span>
  )
}
