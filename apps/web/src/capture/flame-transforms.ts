import { type CaptureViewState, withTransform } from '@sonde/contract'
import { cleanText, type FrameAction } from '@sonde/flamegraph/react'
import { type CallTree, transformOfNode } from '@sonde/profile'
import { MENU_KINDS, MENU_WORDS, type TransformWords } from './transform-words.ts'

const MAX_LIBRARY = 40

/** The entries of a frame's menu that transform the stacks. `onTransform`: the fields of the view to change. */
export function transformActions(
  view: CaptureViewState,
  onTransform: (patch: Pick<CaptureViewState, 'transforms' | 'undone'>) => void,
): FrameAction[] {
  return MENU_KINDS.map((kind) => {
    const words: TransformWords = MENU_WORDS[kind]
    return {
      keys: words.keys,
      label: (tree, node) => (transformOfNode(tree, node, kind) ? words.menu(libraryOf(tree, node), tree.isInverted === true) : null),
      run: (tree, node) => {
        const transform = transformOfNode(tree, node, kind)
        const patch = transform && withTransform(view, transform)
        if (patch) onTransform(patch)
      },
    }
  })
}

/** The last part of a path: the rest is in the tooltip. */
function libraryOf(tree: CallTree, node: number): string {
  const module = tree.modules[tree.module[node] ?? 0] ?? ''
  return cleanText(module.slice(module.lastIndexOf('/') + 1), MAX_LIBRARY)
}
