'use client'
import { type CaptureView, type CaptureViewState, hasResultsOf } from '@sonde/contract'
import { type OddStacks, useEngineAnswer } from '@sonde/flamegraph/react'
import { EmptyState, formatCount, formatPlural, HostText, Notice, SkeletonRows } from '@sonde/ui'
import { useMemo } from 'react'
import { isLive } from '../captures/capture-state.ts'
import { errorText } from '../trpc/errors.ts'
import { DifferencesTable } from './differences-table.tsx'
import { functionSources } from './function-source.ts'
import { type OddHost, oddHosts } from './odd-hosts.ts'
import { MIN_CALLS, MIN_SYSCALL_HOSTS, oddSyscalls } from './odd-syscalls.ts'
import { OddTable } from './odd-table.tsx'
import { Pane } from './pane.tsx'
import { useShowBeside } from './pane-menu.tsx'
import { sharedTraits } from './shared-traits.ts'
import { SharedTraitsList } from './shared-traits-list.tsx'
import type { CaptureResults } from './use-capture-results.ts'
import { useHostViews } from './use-host-views.ts'
import { useSampleSelection } from './use-sample-selection.ts'
import { useThrottled } from './use-throttled.ts'
import type { UpdateView } from './use-view-state.ts'

const LIVE_EVERY_MS = 10_000

export type OddPaneProps = {
  capture: CaptureView
  results: CaptureResults
  view: CaptureViewState
  update: UpdateView
}

/** Which hosts are unlike the others, in what, and what they have in common; and one of them against all others. */
export function OddPane({ capture, results, view, update }: OddPaneProps) {
  const kind = functionSources(capture)[0]
  const profile = kind === undefined ? undefined : results[kind].data
  const { window } = useSampleSelection(profile, view)
  // It takes the worker a second for many hosts, and the flame graph of a running capture is made anew every few.
  const stacks = useEngineAnswer(useThrottled(profile, isLive(capture.state) ? LIVE_EVERY_MS : 0), 'oddStacks', { window })
  const syscalls = useMemo(() => oddSyscalls(results.syscalls.data ?? { hosts: [], untimed: 0 }), [results.syscalls.data])
  const hosts = useMemo(() => oddHosts(stacks.data ?? null, syscalls.hosts), [stacks.data, syscalls])
  const views = useHostViews()
  const odd = hosts.filter((host) => host.odd)
  const traits = useMemo(() => {
    const ids = (isOdd: boolean) => hosts.filter((host) => host.odd === isOdd).map((host) => host.hostId)
    return sharedTraits(views, { odd: ids(true), others: ids(false) })
  }, [hosts, views])
  const showFlame = useShowBeside(kind === 'offcpu' ? 'offcpu' : 'flame')
  const against = (hostId: string) => {
    const isOn = view.host === hostId && view.against === 'rest'
    const patch = isOn ? ({ host: '', against: '' } as const) : ({ host: hostId, against: 'rest' } as const)
    const whole = { ...patch, process: '', zoom: '', waitZoom: '' }
    if (showFlame && !isOn) showFlame(whole)
    else update(whole, 'push')
  }
  const failure = stacks.error ?? (kind === undefined ? null : results[kind].error) ?? results.syscalls.error
  const isLoading = stacks.isLoading || (kind !== undefined && results[kind].isLoading) || results.syscalls.isLoading
  const compared = capture.targets.find((target) => target.hostId === view.host)
  const isReady = hosts.length > 0 && !isLoading
  const comparison =
    profile && compared && view.against === 'rest' ? (
      <DifferencesTable
        profile={profile}
        hostId={compared.hostId}
        hostName={compared.hostName}
        restHosts={Math.max(0, profile.hosts.length - 1)}
        window={window}
      />
    ) : null

  return (
    <Pane
      testId="odd-pane"
      title="Odd host out"
      isStale={stacks.isStale && stacks.data !== undefined}
      tools={
        isReady ? (
          <span className="min-w-0" role="status" data-testid="odd-verdict">
            {verdict(odd, hosts.length)}
          </span>
        ) : null
      }
      foot={
        isReady ? (
          <Foot
            stacks={stacks.data ?? null}
            view={view}
            hasSyscalls={syscalls.hosts.length > 0}
            recordsSyscalls={hasResultsOf(capture, 'syscalls')}
          />
        ) : undefined
      }
    >
      {isReady ? (
        <>
          <SharedTraitsList traits={traits} oddHosts={odd.length} />
          <OddTable captureId={capture.id} hosts={hosts} view={view} update={update} onAgainst={kind === undefined ? null : against} />
          <NotJudged stacks={stacks.data ?? null} syscalls={syscalls.tooFew} judged={hosts} />
          {comparison}
        </>
      ) : failure ? (
        <div className="p-3">
          <Notice tone="bad" title="The hosts could not be compared">
            {errorText(failure)}
          </Notice>
        </div>
      ) : isLoading ? (
        <SkeletonRows label="Comparing the hosts" rows={6} />
      ) : (
        <>
          <Explanation capture={capture} stacks={stacks.data ?? null} />
          {comparison}
        </>
      )}
    </Pane>
  )
}

const verdict = (odd: readonly OddHost[], all: number): string =>
  odd.length === 0
    ? `None of ${formatPlural(all, 'host')} is odd: they differ by no more than chance and their usual variety`
    : `${odd.length} of ${formatPlural(all, 'host')} ${odd.length === 1 ? 'is' : 'are'} unlike the others`

/** Why no host can be judged. */
function Explanation({ capture, stacks }: { capture: CaptureView; stacks: OddStacks | null }) {
  const count = capture.targets.length
  if (count < 3)
    return (
      <EmptyState title="It takes three hosts">
        {`With ${formatPlural(count, 'host')} nobody can tell which one is odd. Capture more hosts of the same kind, or select a host and compare it with the rest.`}
      </EmptyState>
    )
  if (stacks && !stacks.isTimed)
    return (
      <EmptyState title="These samples have no times">
        How much hosts differ by chance is seen in how they differ from moment to moment.
      </EmptyState>
    )
  if (!hasResultsOf(capture, 'stacks') && !hasResultsOf(capture, 'offcpu') && !hasResultsOf(capture, 'syscalls'))
    return (
      <EmptyState title="Nothing to compare">
        Hosts are compared by their stacks and by their system calls. This capture recorded neither.
      </EmptyState>
    )
  return (
    <EmptyState title="Too few samples">
      At least three hosts must have 200 samples in five different moments, or 200 system calls, before chance can be told from a
      difference.
    </EmptyState>
  )
}

function NotJudged({
  stacks,
  syscalls,
  judged,
}: {
  stacks: OddStacks | null
  syscalls: readonly { hostId: string; hostName: string; calls: number }[]
  judged: readonly OddHost[]
}) {
  const known = new Set(judged.map((host) => host.hostId))
  const left = [
    ...(stacks?.tooFew ?? [])
      .filter(({ id }) => !known.has(id))
      .map(({ id, name, samples }) => ({ id, name, what: formatPlural(samples, 'sample') })),
    ...syscalls
      .filter(({ hostId }) => !known.has(hostId))
      .map(({ hostId, hostName, calls }) => ({ id: hostId, name: hostName, what: formatPlural(calls, 'call') })),
  ]
  const parts = (stacks?.tooFew ?? []).filter(({ id }) => known.has(id))
  if (left.length === 0 && parts.length === 0) return null
  return (
    <p className="max-h-16 shrink-0 overflow-auto border-line border-t px-2 py-1 text-ink-2 text-sm" data-testid="not-judged">
      {left.length > 0 ? 'Too few samples to judge: ' : ''}
      {left.map(({ id, name, what }, i) => (
        <span key={`${id} ${what}`}>
          {i > 0 ? ', ' : ''}
          <HostText text={name} /> ({what})
        </span>
      ))}
      {parts.length > 0
        ? `${left.length > 0 ? '; ' : ''}${formatPlural(parts.length, 'host')} by system calls alone, for want of samples`
        : ''}
    </p>
  )
}

type FootProps = { stacks: OddStacks | null; view: CaptureViewState; hasSyscalls: boolean; recordsSyscalls: boolean }

function Foot({ stacks, view, hasSyscalls, recordsSyscalls }: FootProps) {
  return (
    <>
      {stacks && stacks.hosts.length > 0 ? (
        <span>
          {formatPlural(stacks.functions, 'function')}
          {stacks.leftOut > 0 ? `, and ${formatCount(stacks.leftOut)} small ones taken as one` : ''}
        </span>
      ) : null}
      {hasSyscalls ? (
        <span title={`Hosts with fewer than ${MIN_CALLS} calls are not compared by them.`}>
          System calls: against how much the hosts differ among themselves
        </span>
      ) : null}
      {!hasSyscalls && recordsSyscalls ? <span>System calls are compared from {MIN_SYSCALL_HOSTS} hosts on.</span> : null}
      {view.process === '' ? null : <span>Hosts are compared as a whole, not by the selected process.</span>}
      <span className="flex-1" />
      <span
        className="text-ink-3"
        title="Jensen–Shannon divergence in bits, 0 to 1. A host is odd beyond what chance gives (from slices of time of the other hosts, put together at random) and beyond what the other hosts differ by. docs/decisions/010 has the formula, and how often it errs."
      >
        how: divergence from the mean of the others
      </span>
    </>
  )
}
