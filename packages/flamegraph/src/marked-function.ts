import type { CallTree } from '@sonde/profile'

/** A function that is marked wherever it is in the graph. */
export type MarkedFunction = { name: string; module: string; kind: number }

/** The same as indexes of a tree's columns. */
export type MarkedFrames = { label: number; module: number; kind: number }

/** Null where no frame of the tree can be of this function. */
export function framesOfFunction(
  { labels, modules }: Pick<CallTree, 'labels' | 'modules'>,
  of: MarkedFunction | null,
): MarkedFrames | null {
  if (!of) return null
  const label = labels.indexOf(of.name)
  const module = modules.indexOf(of.module)
  return label < 0 || module < 0 ? null : { label, module, kind: of.kind }
}

export const isMarked = (
  { label, module, kind }: Pick<CallTree, 'label' | 'module' | 'kind'>,
  marked: MarkedFrames,
  node: number,
): boolean => label[node] === marked.label && kind[node] === marked.kind && module[node] === marked.module
