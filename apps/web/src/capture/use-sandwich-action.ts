'use client'
import type { FrameAction } from '@sonde/flamegraph/react'
import { type CallTree, frameKey, GROUP_KIND } from '@sonde/profile'
import type { FlameKind } from './flame-words.ts'
import { useShowBeside } from './pane-menu.tsx'

/** The function of a frame as it stands in links; null for rows of hosts, processes and the like. */
export function functionKeyOf(tree: CallTree, node: number): string | null {
  if ((tree.kind[node] ?? GROUP_KIND.root) >= GROUP_KIND.root) return null
  return frameKey(tree.labels[tree.label[node] ?? 0] ?? '', tree.modules[tree.module[node] ?? 0] ?? '', tree.kind[node] ?? 0)
}

/** "Callers and callees" of a frame's menu: shows its function between them, beside the graph. Empty where there is no such pane. */
export function useSandwichAction(kind: FlameKind): readonly FrameAction[] {
  const show = useShowBeside('sandwich')
  if (!show) return []
  return [
    {
      keys: 's',
      label: (tree, node) => (functionKeyOf(tree, node) === null ? null : 'Callers and callees'),
      run: (tree, node) => show({ fn: functionKeyOf(tree, node) ?? '', fnOf: kind, callerZoom: '', calleeZoom: '' }),
    },
  ]
}
