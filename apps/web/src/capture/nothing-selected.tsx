import type { CaptureViewState } from '@sonde/contract'
import type { SampleSelection } from '@sonde/profile'
import { Button, EmptyState } from '@sonde/ui'
import type { UpdateView } from './use-view-state.ts'

/** There are results, but none of the process, the time or the words that the view is narrowed to: says so, and how to get back. */
export function NothingSelected({
  what,
  text,
  onShowAllProcesses = null,
  onShowAllHosts = null,
  onShowAllTime = null,
  onClearFilter = null,
}: {
  /** `samples`, `waits`, `events`. */
  what: string
  text: string
  onShowAllProcesses?: (() => void) | null
  onShowAllHosts?: (() => void) | null
  onShowAllTime?: (() => void) | null
  onClearFilter?: (() => void) | null
}) {
  const of = onClearFilter ? ' that match' : onShowAllTime ? ' in this time' : onShowAllProcesses ? ' of this process' : ' of this host'
  return (
    <EmptyState
      title={`No ${what}${of}`}
      action={
        <>
          {onClearFilter ? <Button onClick={onClearFilter}>Clear the filter</Button> : null}
          {onShowAllTime ? <Button onClick={onShowAllTime}>Show the whole time</Button> : null}
          {onShowAllProcesses ? <Button onClick={onShowAllProcesses}>Show all processes</Button> : null}
          {onShowAllHosts ? <Button onClick={onShowAllHosts}>Show all hosts</Button> : null}
        </>
      }
    >
      {onClearFilter ? 'Every word must occur in the row.' : text}
    </EmptyState>
  )
}

/** The same of a profile's samples, with the ways back to all processes, hosts and times. */
export function NoSamplesSelected({
  what,
  text,
  selection,
  view,
  update,
}: {
  what: string
  text: string
  selection: SampleSelection
  view: CaptureViewState
  update: UpdateView
}) {
  return (
    <NothingSelected
      what={what}
      text={text}
      onShowAllProcesses={view.process === '' ? null : () => update({ process: '' }, 'push')}
      onShowAllHosts={view.host === '' ? null : () => update({ host: '' }, 'push')}
      onShowAllTime={selection.window ? () => update({ window: '' }, 'push') : null}
    />
  )
}
