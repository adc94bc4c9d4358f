'use client'
import { FlameGraph, FlameGraphLegend, useFlameModel } from '@sonde/flamegraph/react'
import { Explain } from '@sonde/ui'
import { useMemo } from 'react'
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
import { useVerdictFacts } from './use-verdict-facts.ts'
import { comparedSides } from './verdict-scale.ts'

const WIDTH_SIDES = { both: 'both', a: 'rest', b: 'here' } as const

/** Both sides in one graph, coloured by what differs. */
export function DiffGraph({ profile, verdict, view, updateView, searchRef, marked, graphRef }: GraphProps) {
  const compared = useMemo(() => comparedSides(verdict, profile.meta, WIDTH_SIDES[view.width]), [verdict, profile.meta, view.width])
  const shown = useFlameModel(
    profile,
    { group: 'merged', order: 'weight', invert: view.invert, compared },
    { text: view.search, regex: view.regex },
  )
  const { model } = shown
  const tree = model?.tree
  const { zoomNode, zoomTo } = useCompareZoom(tree, view, updateView)
  const facts = useVerdictFacts(verdict)
  if (shown.error) return <Failed error={shown.error} />
  if (!model || !tree) return <Loading />
  const { here = [], rest = [] } = tree.diff ?? {}
  if ((here[0] ?? 0) + (rest[0] ?? 0) === 0) return <NoSamples />
  return (
    <>
      <Breadcrumbs {...{ tree, zoomNode, zoomTo, updateView }} isStale={shown.isStale} />
      <GraphBox tree={tree}>
        <FlameGraph
          ref={graphRef ?? undefined}
          model={model}
          matches={shown.matches}
          periodNs={profile.meta.periodNs}
          unit={profile.meta.unit}
          events={eventsOf(profile)}
          layout={view.layout}
          colorBy="diff"
          zoomNode={zoomNode}
          onZoom={zoomTo}
          onOpenSearch={() => searchRef.current?.focus()}
          onFindName={(name) => updateView({ search: name.slice(0, 200), regex: false }, 'replace')}
          actions={selectActions(updateView)}
          facts={facts}
          marked={marked}
          ariaLabel="Differential flame graph"
        />
      </GraphBox>
      <Foot>
        <span data-testid="diff-count">
          A {amount(rest[0], profile)}, B {amount(here[0], profile)}
        </span>
        <Matches shown={shown} />
        <Explain
          tone="neutral"
          testId="grey-explained"
          what={
            verdict
              ? 'A frame has a colour where the verdict is sure of its function: of its own time or of its total. Colour and grade are then this frame’s own change, in this place of the stack. All other frames are grey: no difference that chance does not explain.'
              : 'Until the verdict is there, a frame is grey where its own change is smaller than three standard errors of its samples.'
          }
        >
          {verdict ? 'grey: not significant' : 'grey: within chance, the verdict is on its way'}
        </Explain>
        <span className="flex-1" />
        <FlameGraphLegend tree={tree} colorBy="diff" />
      </Foot>
    </>
  )
}
