'use client'
import type { CaptureView, Comparison } from '@sonde/contract'
import { Button, CopyButton, EmptyState, Notice, SkeletonRows } from '@sonde/ui'
import { ArrowLeftRight, FolderPlus } from 'lucide-react'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { isLive } from '../captures/capture-state.ts'
import { useHasRole } from '../shell/person-context.tsx'
import { isTyping, useKeyDown } from '../shell/shortcuts.ts'
import { ChooseSides } from './choose-sides.tsx'
import { NormaliserFields } from './normaliser-fields.tsx'
import { SideCard } from './side-card.tsx'
import { comparisonTitle } from './side-words.ts'
import { type CompareState, type UpdateCompareView, type UpdateSides, useComparison } from './use-comparison.ts'
import { useSideCapture } from './use-side-capture.ts'
import { useSidesProfile } from './use-sides-profile.ts'
import { useVerdict } from './use-verdict.ts'
import { VerdictPanel } from './verdict-panel.tsx'

// Drawn below the sentences, which need none of it.
const CompareFlame = lazy(async () => ({ default: (await import('./compare-flame.tsx')).CompareFlame }))
const AddToIncident = lazy(async () => ({ default: (await import('../incidents/add-to-incident.tsx')).AddToIncident }))
const CompareTables = lazy(async () => ({ default: (await import('./compare-tables.tsx')).CompareTables }))

/** Two selections, A and B: what differs between them, and how sure that is. All that it shows stands in its link. */
export function ComparePage() {
  const state = useComparison()
  const { a, b, comparison, updateSides } = state
  const chosen = useSideCapture((b ?? a)?.capture)
  return (
    <div className="mx-auto flex w-full max-w-[1800px] min-w-0 flex-col gap-2.5 p-3">
      {comparison ? (
        <Compared {...state} comparison={comparison} />
      ) : (
        <>
          <h1 className="font-semibold text-xl">Compare A and B</h1>
          {chosen.error && !chosen.capture ? (
            <Notice tone="bad" title="The capture of this link cannot be read">
              It was deleted, or you may not see it. Choose another one.{' '}
              <Button size="sm" onClick={() => updateSides({ a: null, b: null })}>
                Start over
              </Button>
            </Notice>
          ) : null}
          <ChooseSides a={a} b={b} capture={chosen.capture} updateSides={updateSides} />
        </>
      )}
    </div>
  )
}

type ComparedProps = CompareState & { comparison: Comparison; updateView: UpdateCompareView; updateSides: UpdateSides }

function Compared({ comparison, view, updateView, updateSides }: ComparedProps) {
  const { a, b } = comparison
  const sideA = useSideCapture(a.capture)
  const sideB = useSideCapture(b.capture)
  const captures = sideA.capture && sideB.capture ? { a: sideA.capture, b: sideB.capture } : null
  const { kind, version } = commonProfile(captures)
  const profile = useSidesProfile({ a, b }, { kind, version })
  const live = captures !== null && (isLive(captures.a.state) || isLive(captures.b.state))
  const query = useVerdict(comparison, { isLive: live, enabled: captures !== null })
  // What was found between other sides colours nothing here.
  const verdict = query.isPlaceholderData ? undefined : query.data
  const operator = useHasRole('operator')
  const [isCollecting, setCollecting] = useState(false)
  const searchRef = useRef<HTMLInputElement>(null)

  const title = comparisonTitle({ selection: a, capture: sideA.capture }, { selection: b, capture: sideB.capture })
  useEffect(() => {
    document.title = `${title} · Sonde`
  }, [title])
  useKeyDown((event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
    if (event.key === '/') {
      event.preventDefault()
      searchRef.current?.focus()
      searchRef.current?.select()
    } else if (event.key === '0') updateView({ zoom: '' }, 'push')
    else if (event.key === 'x') updateSides({ a: b, b: a })
  })
  return (
    <>
      <header className="flex min-w-0 flex-wrap items-center gap-2">
        <h1 className="min-w-0 flex-1 truncate font-semibold text-xl" title={title}>
          Compare A and B
        </h1>
        {operator ? (
          <Button onClick={() => setCollecting(true)} aria-label="Add to an incident…">
            <FolderPlus aria-hidden /> <span className="hidden sm:inline">Add to an incident…</span>
          </Button>
        ) : null}
        <Button onClick={() => updateSides({ a: b, b: a })} title="Swap A and B (x)">
          <ArrowLeftRight aria-hidden /> Swap
        </Button>
        <CopyButton text={() => window.location.href} label="Copy link to this comparison">
          Copy link
        </CopyButton>
        {isCollecting ? (
          <Suspense>
            <AddToIncident open onOpenChange={setCollecting} item={{ kind: 'comparison' }} />
          </Suspense>
        ) : null}
      </header>
      <div className="grid min-w-0 gap-2.5 min-[900px]:grid-cols-2">
        <SideCard
          letter="A"
          selection={a}
          {...sideA}
          other={sideB.capture}
          summary={profile.isStale ? undefined : profile.data?.sides?.a}
          facts={verdict?.a}
          onSelect={(next) => updateSides({ a: next })}
        />
        <SideCard
          letter="B"
          selection={b}
          {...sideB}
          other={sideA.capture}
          summary={profile.isStale ? undefined : profile.data?.sides?.b}
          facts={verdict?.b}
          onSelect={(next) => updateSides({ b: next })}
        />
      </div>
      <NormaliserFields comparison={comparison} calls={verdict?.syscalls.map(({ name }) => name) ?? []} updateSides={updateSides} />
      {captures ? (
        <>
          <VerdictPanel
            verdict={query.data}
            error={query.error}
            isLoading={query.isLoading}
            isStale={query.isPlaceholderData}
            onRetry={() => void query.refetch()}
          />
          {kind !== null ? (
            <Suspense fallback={<SkeletonRows label="Loading the flame graph" rows={8} />}>
              <CompareFlame {...{ profile, verdict, view, updateView, searchRef }} />
            </Suspense>
          ) : live ? (
            <EmptyState title="No stacks yet" className="py-6">
              They are drawn as soon as both captures have some.
            </EmptyState>
          ) : (
            <EmptyState title="No flame graph" className="py-6">
              The two have no stacks of the same kind, on the CPU or waiting. Compare captures that both recorded them, or read the system
              calls below.
            </EmptyState>
          )}
          <Suspense fallback={<SkeletonRows label="Loading the tables" rows={8} />}>
            <CompareTables {...{ comparison, captures, verdict, view, updateView }} isRefused={query.isError} />
          </Suspense>
        </>
      ) : null}
    </>
  )
}

/** The stacks that both captures have: of the CPU, else of waits. As the verdict chooses. */
function commonProfile(captures: { a: CaptureView; b: CaptureView } | null): { kind: 'profile' | 'offcpu' | null; version: number } {
  if (captures) {
    for (const kind of ['profile', 'offcpu'] as const) {
      const [a, b] = [captures.a.resultVersion[kind], captures.b.resultVersion[kind]]
      if (a > 0 && b > 0) return { kind, version: a + b }
    }
  }
  return { kind: null, version: 0 }
}
