import type { CallTree } from '@sonde/profile'
import type { FrameAction } from './flame-actions.ts'
import type { MenuItem } from './flame-menu.tsx'
import { threadRowOf } from './navigate.ts'

export type FrameMenuCommands = {
  zoomTo(node: number): void
  zoomOut(): void
  copyStack(node: number): void
  copyName(node: number): void
  /** Absent where the graph's owner takes no such wish. */
  findName?: ((name: string) => void) | undefined
  selectProcess?: ((node: number) => void) | undefined
}

/** What a frame's menu offers: the graph's own, then what the owner adds, if it fits this frame. */
export function frameMenuItems(tree: CallTree, node: number, commands: FrameMenuCommands, actions: readonly FrameAction[]): MenuItem[] {
  const { findName, selectProcess } = commands
  const added = actions.flatMap((action) => {
    const label = action.label(tree, node)
    return label === null ? [] : [{ label, keys: action.keys, run: () => action.run(tree, node) }]
  })
  return [
    { label: 'Zoom to this frame', keys: 'Enter', run: () => commands.zoomTo(node) },
    { label: 'Zoom out', keys: 'Backspace', run: () => commands.zoomOut() },
    ...(findName ? [{ label: 'Find this name', run: () => findName(tree.labels[tree.label[node] ?? 0] ?? '') }] : []),
    { label: 'Copy stack', keys: 'c', run: () => commands.copyStack(node) },
    { label: 'Copy name', run: () => commands.copyName(node) },
    ...(selectProcess && threadRowOf(tree, node) >= 0 ? [{ label: 'Only this process', keys: 'p', run: () => selectProcess(node) }] : []),
    ...added.map((item, i) => ({ ...item, startsGroup: i === 0 })),
  ]
}
