'use client'
import type { CaptureViewState } from '@sonde/contract'
import { FlameGraph, type FlameModel, type FrameAction, type LoadedProfile } from '@sonde/flamegraph/react'
import { formatPlural } from '@sonde/ui'
import type { FlameWords } from './flame-words.ts'
import { useZoomNodes } from './use-zoom-nodes.ts'

export type SandwichHalfProps = {
  half: 'callers' | 'callees'
  model: FlameModel
  profile: LoadedProfile
  words: FlameWords
  colorBy: CaptureViewState['color']
  zoom: string
  onZoom: (key: string, how: 'push' | 'replace') => void
  actions: readonly FrameAction[]
  onOpenSearch: () => void
}

const WORDS = {
  callers: { title: 'Callers', label: 'Callers, upwards', none: 'Nothing calls it: its stacks begin with it.' },
  callees: { title: 'Callees', label: 'Callees, downwards', none: 'It calls nothing that a sample was taken in.' },
} as const

/** One half of a sandwich: the callers of a function grow upwards from it, its callees hang down from it. */
export function SandwichHalf({ half, model, profile, words, colorBy, zoom, onZoom, actions, onOpenSearch }: SandwichHalfProps) {
  const zoomNodes = useZoomNodes(model.tree)
  const frames = model.tree.length - 1
  const { title, label, none } = WORDS[half]
  return (
    <section aria-label={title} data-testid={`sandwich-${half}`} className="flex min-h-0 flex-1 flex-col">
      <h3 className="flex shrink-0 items-baseline gap-2 border-line border-b bg-inset px-2 py-0.5 text-ink-3 text-sm">
        <span className="font-medium">{title}</span>
        <span>{frames === 0 ? none : formatPlural(frames, 'frame')}</span>
      </h3>
      <div className="min-h-0 flex-1">
        <FlameGraph
          model={model}
          matches={null}
          periodNs={profile.meta.periodNs}
          unit={profile.meta.unit}
          events={words.events}
          layout={half === 'callers' ? 'flame' : 'icicle'}
          colorBy={colorBy}
          zoomNode={zoomNodes.nodeOf(zoom)}
          onZoom={(node, cause) => onZoom(zoomNodes.keyOf(node), cause === 'jump' ? 'push' : 'replace')}
          onOpenSearch={onOpenSearch}
          actions={actions}
          hasMinimap={false}
          ariaLabel={label}
        />
      </div>
    </section>
  )
}
