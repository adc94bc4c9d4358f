'use client'
import { type CaptureView, type CaptureViewState, hasResultsOf } from '@sonde/contract'
import { useEngineAnswer } from '@sonde/flamegraph/react'
import { Button, formatPlural, SearchInput } from '@sonde/ui'
import { type RefObject, useMemo } from 'react'
import { useSyncedText } from '../url/use-synced-text.ts'
import { type HostRow, hostRows, sortHosts } from './host-rows.ts'
import { HostsTable } from './hosts-table.tsx'
import { NothingSelected } from './nothing-selected.tsx'
import { Pane } from './pane.tsx'
import { useShowBeside } from './pane-menu.tsx'
import type { CaptureResults } from './use-capture-results.ts'
import { useHostViews } from './use-host-views.ts'
import { useSampleSelection } from './use-sample-selection.ts'
import type { UpdateView } from './use-view-state.ts'

export type HostsPaneProps = {
  capture: CaptureView
  results: CaptureResults
  view: CaptureViewState
  update: UpdateView
  findRef: RefObject<HTMLInputElement | null> | null
}

/** The hosts of a capture, each with what it recorded; one that is chosen narrows all other panes. */
export function HostsPane({ capture, results, view, update, findRef }: HostsPaneProps) {
  const [find, setFind] = useSyncedText(view.find, (text) => update({ find: text }, 'replace'))
  const profile = results.profile.data
  const offcpu = results.offcpu.data
  const hosts = useHostViews()
  // All hosts, so that one can be compared and another chosen.
  const all = { host: '', process: '', window: view.window }
  const cpu = useEngineAnswer(profile, 'hosts', useSampleSelection(profile, all))
  const waits = useEngineAnswer(offcpu, 'hosts', useSampleSelection(offcpu, all))
  const syscalls = results.syscalls.data
  const rows = useMemo(
    () => hostRows(capture, { hosts, profile: cpu.data, offcpu: waits.data, syscalls }),
    [capture, hosts, cpu.data, waits.data, syscalls],
  )
  const shown = useMemo(
    () => sortHosts(matching(rows, view.find), view.hostSort, view.hostDir),
    [rows, view.find, view.hostSort, view.hostDir],
  )
  const showOdd = useShowBeside('odd')
  const records = (...collectors: Parameters<typeof hasResultsOf>[1][]) => collectors.some((collector) => hasResultsOf(capture, collector))

  return (
    <Pane
      testId="hosts-pane"
      title="Hosts"
      tools={
        <>
          <SearchInput
            ref={findRef ?? undefined}
            className="min-w-32 flex-1"
            aria-label="Filter the hosts"
            placeholder="Name, label=value or kernel"
            value={find}
            onChange={(event) => setFind(event.target.value)}
          />
          {showOdd && rows.length >= 3 ? <Button onClick={() => showOdd({})}>Which one is odd?</Button> : null}
        </>
      }
      foot={
        <>
          <span data-testid="hosts-count">
            {shown.length === rows.length ? formatPlural(rows.length, 'host') : `${shown.length} of ${formatPlural(rows.length, 'host')}`}
          </span>
          {view.window === '' ? null : <span>Samples and waits are of the selected time.</span>}
          {view.process === '' ? null : <span>Hosts are shown with all that they recorded, not with the selected process alone.</span>}
        </>
      }
    >
      {shown.length === 0 ? (
        <NothingSelected
          what="hosts"
          text=""
          onClearFilter={() => {
            setFind('')
            update({ find: '' }, 'replace')
          }}
        />
      ) : (
        <HostsTable
          rows={shown}
          has={{
            cpu: records('stacks'),
            waits: records('offcpu'),
            syscalls: records('syscalls'),
            hits: records('counts', 'latency', 'events'),
          }}
          profile={profile}
          offcpu={offcpu}
          view={view}
          update={update}
        />
      )}
    </Pane>
  )
}

/** Words that must all occur in the name, a label or the kernel. */
function matching(rows: readonly HostRow[], find: string): HostRow[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(({ target, host }) => {
    const labels = Object.entries(host?.labels ?? {}).map(([key, value]) => `${key}=${value}`)
    const text = [target.hostName, target.state, ...labels, host?.facts.kernel ?? ''].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
