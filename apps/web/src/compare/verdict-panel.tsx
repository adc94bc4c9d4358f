'use client'
import type { Verdict } from '@sonde/contract'
import { Button, CopyButton, cx, Explain, formatCount, formatPlural, formatSpan, HostText, Notice, SkeletonRows, StateDot } from '@sonde/ui'
import { errorText, isRefusal } from '../trpc/errors.ts'
import { VerdictSentence } from './verdict-sentence.tsx'
import { bySeverity, WARNING_ADVICE } from './warning-words.ts'

export type VerdictPanelProps = {
  verdict: Verdict | undefined
  error: unknown
  isLoading: boolean
  /** What is shown is of an earlier selection. */
  isStale: boolean
  onRetry: () => void
}

/** What differs, in sentences to be pasted; and what may make them wrong. */
export function VerdictPanel({ verdict, error, isLoading, isStale, onRetry }: VerdictPanelProps) {
  if (error && !verdict)
    return (
      <Notice tone="bad" title="There is no verdict">
        <HostText wrap text={errorText(error)} />{' '}
        {isRefusal(error) ? null : (
          <Button size="sm" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Notice>
    )
  if (!verdict)
    return (
      <section aria-label="Verdict" className="rounded-md border border-line bg-surface" data-testid="verdict" aria-busy>
        {isLoading ? <SkeletonRows label="Resampling both sides" rows={3} /> : null}
      </section>
    )
  return (
    <section
      aria-label="Verdict"
      aria-busy={isStale}
      data-testid="verdict"
      className={cx('flex min-w-0 flex-col gap-1.5 rounded-md border border-line bg-surface px-3 py-2', isStale && 'opacity-60')}
    >
      <div className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
        <h2 className="inline-flex items-center gap-2 font-semibold" data-testid="verdict-differs" data-differs={String(verdict.differs)}>
          <StateDot kind={verdict.differs === null ? 'hollow' : verdict.differs ? 'warn' : 'good'} />
          {verdict.differs === null ? 'Too little to say' : verdict.differs ? 'They differ' : 'No significant difference'}
        </h2>
        <Method verdict={verdict} />
        <span className="flex-1" />
        <span className="print:hidden">
          <CopyButton text={() => `${verdict.sentences.join('\n')}\n${window.location.href}`} label="Copy the verdict with its link">
            Copy the verdict
          </CopyButton>
        </span>
      </div>
      <ul className="flex min-w-0 list-disc flex-col gap-0.5 pl-5 marker:text-ink-3" data-testid="verdict-sentences">
        {verdict.sentences.map((sentence) => (
          <li key={sentence} className="min-w-0">
            <VerdictSentence text={sentence} />
          </li>
        ))}
      </ul>
      {verdict.differs === null ? (
        <p className="text-ink-2 text-pretty">
          Record for longer, or on more hosts. What counts is how many hosts × slices of time there are: A has{' '}
          {formatPlural(verdict.a.units, 'such unit')}, B has {formatPlural(verdict.b.units, 'such unit')}.
        </p>
      ) : null}
      {verdict.warnings.length > 0 ? (
        <ul className="flex min-w-0 flex-col gap-1.5" aria-label="What may make this wrong" data-testid="verdict-warnings">
          {bySeverity(verdict.warnings).map(({ code, text }) => (
            <li key={`${code} ${text}`} data-code={code}>
              <Notice tone="warn" title={<HostText wrap text={text} />}>
                {WARNING_ADVICE[code]}
              </Notice>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  )
}

/** How it was found, in a line and at length. */
function Method({ verdict }: { verdict: Verdict }) {
  const { resamples, sliceMs, level, falseDiscoveryRate, seed, paired } = verdict.method
  const hosts = Math.max(verdict.a.hosts, verdict.b.hosts)
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))} %`
  return (
    <Explain
      tone="neutral"
      testId="verdict-method"
      what={
        <>
          Each side is cut into units of evidence, hosts × slices of {formatSpan(sliceMs)}: A has {formatCount(verdict.a.units)}, B has{' '}
          {formatCount(verdict.b.units)}. How much a function or a call varies between units, not between samples, says how sure its change
          is; times that most calls stay below are resampled {formatCount(resamples)} ×.{' '}
          {paired ? 'Hosts on both sides are compared each with itself. ' : ''}
          {formatCount(verdict.functionsTested)} functions and {formatCount(verdict.syscallsTested)} system calls were tested; of what is
          called significant, at most {percent(falseDiscoveryRate)} is expected to be chance. Intervals hold {percent(level)}. Seed {seed}:
          the same question gets the same answer.
        </>
      }
      remedy="docs/decisions/011 has the formulas, and how often it errs."
    >
      {formatPlural(hosts, 'host')}, {formatCount(verdict.a.units)} + {formatCount(verdict.b.units)} units, {formatCount(resamples)}{' '}
      resamples, FDR {percent(falseDiscoveryRate)}
    </Explain>
  )
}
