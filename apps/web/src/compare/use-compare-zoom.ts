'use client'
import type { CompareView } from '@sonde/contract'
import type { CallTree } from '@sonde/profile'
import { useZoomNodes } from '../capture/use-zoom-nodes.ts'
import type { UpdateCompareView } from './use-comparison.ts'

/** One zoom for all graphs: a frame has the same key in each, if it is there. */
export function useCompareZoom(tree: CallTree | undefined, view: CompareView, updateView: UpdateCompareView) {
  const nodes = useZoomNodes(tree)
  return {
    zoomNode: nodes.nodeOf(view.zoom),
    zoomTo: (node: number, cause: 'jump' | 'drift') => updateView({ zoom: nodes.keyOf(node) }, cause === 'jump' ? 'push' : 'replace'),
  }
}
