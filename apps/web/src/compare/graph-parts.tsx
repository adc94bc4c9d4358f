import type { CompareView, Verdict } from '@sonde/contract'
import { ROW_PX } from '@sonde/flamegraph'
import {
  type EventWords,
  FlameGraphBreadcrumbs,
  type FlameGraphHandle,
  type FrameAction,
  formatWeight,
  type LoadedProfile,
  type MarkedFunction,
  type useFlameModel,
} from '@sonde/flamegraph/react'
import type { CallTree } from '@sonde/profile'
import { EmptyState, formatPlural, formatShare, Notice, Skeleton } from '@sonde/ui'
import type { ReactNode, RefObject } from 'react'
import { functionKeyOf } from '../capture/use-sandwich-action.ts'
import type { UpdateCompareView } from './use-comparison.ts'

export type GraphProps = {
  verdict: Verdict | undefined
  view: CompareView
  updateView: UpdateCompareView
  searchRef: RefObject<HTMLInputElement | null>
  profile: LoadedProfile
  marked: MarkedFunction | null
  graphRef: RefObject<FlameGraphHandle | null> | null
}

/** Room for a graph and its map: as high as its stacks are deep, at most so high that the table below is still seen to be there. */
export function GraphBox({ tree, children }: { tree: CallTree; children: ReactNode }) {
  const height = `clamp(11rem, ${(tree.maxDepth + 1) * ROW_PX + 72}px, min(56dvh, 640px))`
  return <div style={{ height }}>{children}</div>
}

export function Foot({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-t px-2 py-1 text-ink-2 text-sm">{children}</div>
}

export function Matches({ shown }: { shown: ReturnType<typeof useFlameModel> }) {
  if (!shown.matches) return null
  const { error, matchedFrames, matchedShare } = shown.found
  return (
    <span role="status" data-testid="compare-matches" className={error ? 'text-bad' : undefined}>
      {error || `found ${formatPlural(matchedFrames, 'frame')}, ${formatShare(matchedShare)}`}
    </span>
  )
}

export function Breadcrumbs({
  tree,
  zoomNode,
  zoomTo,
  updateView,
  isStale,
  side,
}: {
  tree: CallTree
  zoomNode: number
  zoomTo: (node: number, cause: 'jump' | 'drift') => void
  updateView: UpdateCompareView
  isStale: boolean
  side?: string
}) {
  if (zoomNode > 0)
    return (
      <FlameGraphBreadcrumbs
        tree={tree}
        zoomNode={zoomNode}
        onZoom={(node) => zoomTo(node, 'jump')}
        className="shrink-0 border-line border-b px-1.5 py-0.5"
      />
    )
  if (zoomNode === 0 || isStale) return null
  return (
    <p className="shrink-0 border-line border-b px-2 py-1 text-ink-2 text-sm">
      The frame that is zoomed to is not {side ? `on side ${side}` : 'here'}.{' '}
      <button type="button" className="text-accent underline" onClick={() => updateView({ zoom: '' }, 'push')}>
        Show all
      </button>
    </p>
  )
}

export const Failed = ({ error }: { error: unknown }) => (
  <div className="p-3">
    <Notice tone="bad" title="The flame graph could not be made">
      {error instanceof Error ? error.message : null}
    </Notice>
  </div>
)

export const NoSamples = ({ side }: { side?: string }) => (
  <EmptyState title={side ? `Side ${side} has no sample` : 'Neither side has a sample'}>
    What is selected did not run on a CPU while it was watched. Select more hosts, all processes or the whole time.
  </EmptyState>
)

export const Loading = () => (
  <div className="flex flex-col gap-0.5 p-2" role="status" aria-label="Loading the flame graph">
    {[1, 2, 3, 4, 5, 6].map((row) => (
      <Skeleton key={row} className="h-4" />
    ))}
  </div>
)

export const amount = (weight: number | undefined, { meta }: LoadedProfile): string => formatWeight(weight ?? 0, meta.unit)

/** What weights other than samples belong to. */
export const eventsOf = ({ meta }: LoadedProfile): EventWords | undefined =>
  meta.unit === 'ns' ? { how: 'blocked in', one: 'wait', many: 'waits' } : undefined

export const selectActions = (updateView: UpdateCompareView): readonly FrameAction[] => [
  {
    keys: 's',
    label: (tree, node) => (functionKeyOf(tree, node) === null ? null : 'Select this function'),
    run: (tree, node) => updateView({ fn: functionKeyOf(tree, node) ?? '', table: 'functions' }, 'push'),
  },
]
