'use client'
import { type CallTree, findByPathKey, pathKey } from '@sonde/profile'
import { useMemo } from 'react'

export type ZoomNodes = {
  /** The node that a link's key names: 0 for '', -1 where this tree has none. */
  nodeOf(key: string): number
  keyOf(node: number): string
}

/**
 * Keys of a tree's nodes as they stand in links. A key that this page has made itself is not looked for again: a pass over a
 * million frames would be most of a zoom's time.
 */
export function useZoomNodes(tree: CallTree | undefined): ZoomNodes {
  return useMemo(() => {
    const known = new Map<string, number>([['', 0]])
    return {
      nodeOf(key) {
        const at = known.get(key) ?? (tree ? findByPathKey(tree, key) : -1)
        known.set(key, at)
        return at
      },
      keyOf(node) {
        const key = tree && node > 0 ? pathKey(tree, node) : ''
        known.set(key, Math.max(0, node))
        return key
      },
    }
  }, [tree])
}
