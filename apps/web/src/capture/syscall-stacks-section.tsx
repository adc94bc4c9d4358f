'use client'
import { type CaptureView, type CaptureViewState, instrumentOf } from '@sonde/contract'
import { type LoadedProfile, useEngineAnswer } from '@sonde/flamegraph/react'
import { Button, formatCount, formatExact, formatNs, formatShare, HostText } from '@sonde/ui'
import Link from 'next/link'
import { useShare } from '../share/share-context.tsx'
import { parseWindow } from './capture-time.ts'
import { flameWords } from './flame-words.ts'
import { parseProcess } from './process-selection.ts'
import { entryFunctions, entryTracepoint } from './syscall-entry.ts'
import type { SyscallLine } from './syscall-rows.ts'
import { exactStacksHref, stacksPatch } from './syscall-stacks.ts'
import type { CaptureResults } from './use-capture-results.ts'
import type { UpdateView } from './use-view-state.ts'

export type SyscallStacksSectionProps = {
  capture: CaptureView
  line: SyscallLine
  results: Pick<CaptureResults, 'profile' | 'offcpu'>
  view: CaptureViewState
  update: UpdateView
}

/** Which stacks issue a call: how much of what was recorded lies in it, the way to it, and the way to exact ones. */
export function SyscallStacksSection({ capture, line, results, view, update }: SyscallStacksSectionProps) {
  const names = entryFunctions(line.name)
  const under = useUnder(results.profile.data, names, line, view)
  const waits = useUnder(results.offcpu.data, names, line, view)
  const stacks = instrumentOf(capture.spec, 'stacks')
  const probe = stacks?.probe
  const isExact = probe?.kind === 'tracepoint' && probe.name === entryTracepoint(line.name)
  const href = exactStacksHref(line)
  const isShared = useShare() !== null
  const words = flameWords(capture.spec, 'profile').events
  return (
    <section
      className="flex min-w-60 max-w-96 flex-col items-start gap-1.5"
      aria-label="Stacks that issue this call"
      data-testid="syscall-stacks"
    >
      <h3 className="font-medium">Stacks that issue this call</h3>
      {isExact ? (
        <p className="text-ink-2">The stacks of this capture were taken at this very call.</p>
      ) : under ? (
        <p className="text-ink-2" data-testid="stacks-under">
          {formatExact(under.count)} of {formatExact(under.totalCount)} {words?.many ?? 'samples'} of this process (
          {formatShare(under.totalWeight > 0 ? under.weight / under.totalWeight : 0)}) are inside it.
          {probe?.kind === 'pmu' ? ' They are taken on the CPU: time that the call waits is in none of them.' : ''}
        </p>
      ) : null}
      {waits ? (
        <p className="text-ink-2" data-testid="waits-under">
          {formatNs(waits.weight)} of {formatNs(waits.totalWeight)} off the CPU, in {formatCount(waits.count)} waits, are inside it.
        </p>
      ) : null}
      {stacks === undefined && instrumentOf(capture.spec, 'offcpu') === undefined ? (
        <p className="text-ink-2">This capture recorded no stacks.</p>
      ) : null}
      <div className="flex flex-wrap gap-1.5">
        {isExact || (under && under.count > 0) ? (
          <Button
            size="sm"
            onClick={() =>
              update(isExact ? { ...stacksPatch(view, line, 'flame'), search: '', regex: false } : stacksPatch(view, line, 'flame'), 'push')
            }
          >
            Show them in the flame graph
          </Button>
        ) : null}
        {waits && waits.count > 0 ? (
          <Button size="sm" onClick={() => update(stacksPatch(view, line, 'offcpu'), 'push')}>
            Show where it waits
          </Button>
        ) : null}
        {href !== null && !isExact && !isShared ? (
          <Button size="sm" asChild title={`A new capture: a stack at each ${line.name} of process ${line.pid}, filled in and not started`}>
            <Link href={href}>Capture its exact stacks</Link>
          </Button>
        ) : null}
      </div>
      {href === null ? (
        <p className="text-ink-3 text-sm">
          There is no tracepoint for <HostText text={line.name} mono /> that stacks could be taken at.
        </p>
      ) : null}
    </section>
  )
}

function useUnder(profile: LoadedProfile | undefined, names: readonly string[], line: SyscallLine, view: CaptureViewState) {
  const span = profile?.meta.timed ? parseWindow(view.window) : null
  const selection = {
    process: parseProcess(line.process) ?? undefined,
    window: span ? { fromUs: span.fromMs * 1_000, toUs: span.toMs * 1_000 } : undefined,
  }
  return useEngineAnswer(profile, 'under', profile && names.length > 0 ? { names, selection } : null).data
}
