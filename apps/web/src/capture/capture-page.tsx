'use client'
import { type CaptureSyscalls, type CaptureView, RECIPES } from '@sonde/contract'
import type { Profile } from '@sonde/profile'
import { Button, EmptyState, Explain, HostText, Notice, SelectionChip, SkeletonRows } from '@sonde/ui'
import Link from 'next/link'
import { type ReactNode, useEffect, useMemo, useRef } from 'react'
import { Group, Panel, Separator } from 'react-resizable-panels'
import { isTyping, useKeyDown } from '../shell/shortcuts.ts'
import { useTRPCClient } from '../trpc/client.tsx'
import { errorText, httpStatusOf } from '../trpc/errors.ts'
import { CaptureHeader } from './capture-header.tsx'
import { FlamePane } from './flame-pane.tsx'
import { loadProfile } from './load-profile.ts'
import { parseProcess, processName } from './process-selection.ts'
import { qualityBadges } from './quality-badges.ts'
import { SyscallPane } from './syscall-pane.tsx'
import { TargetList } from './target-list.tsx'
import { useCapture } from './use-capture.ts'
import { useIsNarrow } from './use-is-narrow.ts'
import { type Result, useResult } from './use-result.ts'
import { useViewState } from './use-view-state.ts'

export function CapturePage({ id }: { id: string }) {
  const { capture, error, isDisconnected, clockOffsetMs } = useCapture(id)
  useEffect(() => {
    if (capture) document.title = `${capture.title} · Sonde`
  }, [capture])

  if (!capture) {
    if (!error) return <SkeletonRows label="Loading the capture" rows={12} />
    const status = httpStatusOf(error)
    const gone = status === 404 || status === 400
    return (
      <EmptyState
        page
        title={gone ? 'There is no such capture' : status === 403 ? 'You may not see this capture' : 'The capture could not be loaded'}
        action={
          <Button asChild>
            <Link href="/captures">All captures</Link>
          </Button>
        }
      >
        {gone
          ? 'It was deleted, or the link is not complete. Whoever sent it can run it again with the same settings, if they still have it.'
          : status === 403
            ? 'Ask whoever sent you the link, or an administrator.'
            : errorText(error)}
      </EmptyState>
    )
  }
  return <LoadedCapture capture={capture} isDisconnected={isDisconnected} clockOffsetMs={clockOffsetMs} />
}

function LoadedCapture({
  capture,
  isDisconnected,
  clockOffsetMs,
}: {
  capture: CaptureView
  isDisconnected: boolean
  clockOffsetMs: number
}) {
  const client = useTRPCClient()
  const { collectors } = RECIPES[capture.spec.recipe]
  const [hasStacks, hasSyscalls] = [collectors.includes('stacks'), collectors.includes('syscalls')]
  const profile = useResult<Profile>(['profile', capture.id], capture.resultVersion.profile, hasStacks, (signal) =>
    loadProfile(capture.id, signal),
  )
  const syscalls = useResult<CaptureSyscalls>(['syscalls', capture.id], capture.resultVersion.syscalls, hasSyscalls, (signal) =>
    client.captures.syscalls.query({ id: capture.id }, { signal }),
  )
  const [view, update] = useViewState()
  const searchRef = useRef<HTMLInputElement>(null)
  const filterRef = useRef<HTMLInputElement>(null)
  useKeyDown((event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return
    const focus = (input: HTMLInputElement | null) => {
      event.preventDefault()
      input?.focus()
      input?.select()
    }
    if (event.key === '/' && searchRef.current) focus(searchRef.current)
    else if (event.key === 'f' && filterRef.current) focus(filterRef.current)
    else if (event.key === '0') update({ zoom: '' }, 'push')
  })

  const flame = hasStacks ? <FlamePane capture={capture} profile={profile} view={view} update={update} searchRef={searchRef} /> : null
  const table = hasSyscalls ? <SyscallPane capture={capture} syscalls={syscalls} view={view} update={update} filterRef={filterRef} /> : null
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2.5 p-3 min-[900px]:h-[calc(100dvh-44px)] min-[900px]:min-h-[560px] min-[900px]:flex-none">
      <CaptureHeader capture={capture} clockOffsetMs={clockOffsetMs} />
      {isDisconnected ? (
        <Notice tone="warn" title="Live updates are interrupted">
          The page asks every few seconds instead, until the connection is back.
        </Notice>
      ) : null}
      <TargetList
        capture={capture}
        aside={
          <Marks
            capture={capture}
            profile={profile}
            syscalls={syscalls}
            process={view.process}
            onShowAll={() => update({ process: '', zoom: '' }, 'push')}
          />
        }
      />
      <Panes first={flame} second={table} split={view.split} onSplit={(split) => update({ split }, 'replace')} />
    </div>
  )
}

type MarksProps = {
  capture: CaptureView
  profile: Result<Profile>
  syscalls: Result<CaptureSyscalls>
  process: string
  onShowAll: () => void
}

/** The selection, and what a reader must know about the data. */
function Marks({ capture, profile, syscalls, process, onShowAll }: MarksProps) {
  const badges = useMemo(() => qualityBadges(capture.targets, syscalls.data), [capture.targets, syscalls.data])
  const selected = useMemo(() => parseProcess(process), [process])
  const name = useMemo(
    () => (selected ? processName(selected, profile.data, syscalls.data) : null),
    [selected, profile.data, syscalls.data],
  )
  const hostName = capture.targets.find((target) => target.hostId === selected?.hostId)?.hostName
  if (badges.length === 0 && !selected) return null
  return (
    <div className="flex min-w-0 max-w-full flex-wrap items-center gap-1.5">
      {selected ? (
        <SelectionChip onRemove={onShowAll} removeLabel="Show all processes">
          <span className="flex min-w-0 items-baseline gap-1" data-testid="selected-process">
            only <HostText text={name ?? 'process'} className="font-medium" /> {selected.pid}
            {capture.targets.length > 1 && hostName ? <HostText text={`on ${hostName}`} /> : null}
          </span>
        </SelectionChip>
      ) : null}
      {badges.map((badge) => (
        <Explain
          key={badge.id}
          tone={badge.tone}
          what={<HostText wrap text={badge.what} />}
          remedy={badge.remedy}
          testId={`badge-${badge.id}`}
        >
          {badge.label}
        </Explain>
      ))}
    </div>
  )
}

/** Side by side with a bar to drag, one above the other where it is narrow, or the only one there is. */
function Panes({
  first,
  second,
  split,
  onSplit,
}: {
  first: ReactNode
  second: ReactNode
  split: number
  onSplit: (split: number) => void
}) {
  const isNarrow = useIsNarrow()
  if (!first || !second) return <div className="min-h-[420px] flex-1 max-[899px]:h-[75dvh] max-[899px]:flex-none">{first ?? second}</div>
  if (isNarrow) {
    return (
      <div className="flex flex-col gap-2.5">
        <div className="h-[62dvh] min-h-[360px]">{first}</div>
        <div className="h-[75dvh] min-h-[360px]">{second}</div>
      </div>
    )
  }
  return (
    <Group
      orientation="horizontal"
      className="min-h-[320px] flex-1"
      defaultLayout={{ flame: split, syscalls: 100 - split }}
      onLayoutChanged={(layout, { isUserInteraction }) => {
        if (isUserInteraction && layout.flame !== undefined) onSplit(Math.min(85, Math.max(15, Math.round(layout.flame))))
      }}
    >
      <Panel id="flame" minSize="15%" className="min-h-0">
        {first}
      </Panel>
      <Separator
        id="panes-separator"
        aria-label="Width of the panes"
        className="group flex w-2.5 items-center justify-center outline-none focus-visible:outline-2 focus-visible:outline-accent"
      >
        <span aria-hidden className="h-8 w-1 rounded-full bg-line-strong group-hover:bg-accent group-data-[separator=active]:bg-accent" />
      </Separator>
      <Panel id="syscalls" minSize="15%" className="min-h-0">
        {second}
      </Panel>
    </Group>
  )
}
