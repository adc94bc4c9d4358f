import { Button, EmptyState } from '@sonde/ui'

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
