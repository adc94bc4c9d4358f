'use client'
import { FlameGraph, FlameGraphLegend, useFlameModel } from '@sonde/flamegraph/react'
import { SIDE_IDS } from '@sonde/profile'
import {
  amount,
  Breadcrumbs,
  eventsOf,
  Failed,
  Foot,
  GraphBox,
  type GraphProps,
  Loading,
  Matches,
  NoSamples,
  selectActions,
} from './graph-parts.tsx'
import { useCompareZoom } from './use-compare-zoom.ts'

/** The graph of one side alone; search, zoom and the selected function are those of both. */
export function SideGraph({ profile, view, updateView, searchRef, marked, side, graphRef }: GraphProps & { side: 'a' | 'b' }) {
  const letter = side.toUpperCase()
  // By name, so that what is on both sides stands in the same order.
  const shown = useFlameModel(
    profile,
    { group: 'merged', order: 'name', invert: view.invert, hostId: SIDE_IDS[side] },
    { text: view.search, regex: view.regex },
  )
  const { model } = shown
  const tree = model?.tree
  const { zoomNode, zoomTo } = useCompareZoom(tree, view, updateView)
  return (
    <div className="flex min-w-0 flex-col" data-testid={`flame-${side}`}>
      {shown.error ? (
        <Failed error={shown.error} />
      ) : !model || !tree ? (
        <Loading />
      ) : (tree.total[0] ?? 0) === 0 ? (
        <NoSamples side={letter} />
      ) : (
        <>
          <Breadcrumbs {...{ tree, zoomNode, zoomTo, updateView }} isStale={shown.isStale} side={letter} />
          <GraphBox tree={tree}>
            <FlameGraph
              ref={graphRef ?? undefined}
              model={model}
              matches={shown.matches}
              periodNs={profile.meta.periodNs}
              unit={profile.meta.unit}
              events={eventsOf(profile)}
              layout={view.layout}
              colorBy="kind"
              zoomNode={zoomNode}
              onZoom={zoomTo}
              onOpenSearch={() => searchRef.current?.focus()}
              onFindName={(name) => updateView({ search: name.slice(0, 200), regex: false }, 'replace')}
              actions={selectActions(updateView)}
              hasMinimap={false}
              marked={marked}
              ariaLabel={`Flame graph of side ${letter}`}
            />
          </GraphBox>
          <Foot>
            <span className="font-medium">{letter}</span> {amount(tree.total[0], profile)}
            <Matches shown={shown} />
            <span className="flex-1" />
            <FlameGraphLegend tree={tree} colorBy="kind" />
          </Foot>
        </>
      )}
    </div>
  )
}
