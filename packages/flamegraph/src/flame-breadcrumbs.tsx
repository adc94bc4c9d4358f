import type { CallTree } from '@sonde/profile'
import { useState } from 'react'
import { nameOf } from './describe.ts'
import { formatShare } from './format.ts'
import { pathTo } from './navigate.ts'
import { STYLE_ID, STYLES } from './styles.ts'

/** Crumbs kept at the start and at the end of a long path. */
const HEAD = 2
const TAIL = 3
/** A breadcrumb is a glance, not a stack: more is never listed, even unfolded. */
const MAX_UNFOLDED = 60

/** The way from the root to the zoomed frame, each step a button. */
export function FlameGraphBreadcrumbs({
  tree,
  zoomNode,
  onZoom,
  className = '',
}: {
  tree: CallTree
  zoomNode: number
  onZoom(node: number): void
  className?: string
}) {
  const [unfoldedFor, setUnfoldedFor] = useState(-1)
  const path = pathTo(tree, zoomNode >= 0 && zoomNode < tree.length ? zoomNode : 0)
  const isUnfolded = unfoldedFor === zoomNode
  const tail = isUnfolded ? Math.min(path.length - HEAD, MAX_UNFOLDED) : TAIL
  const folded = Math.max(0, path.length - HEAD - tail)
  const shown = folded > 1 ? [...path.slice(0, HEAD), ...path.slice(path.length - tail)] : path
  return (
    <nav aria-label="Path of the zoomed frame" className={`sf-nav ${className}`}>
      <style href={STYLE_ID} precedence="default">
        {STYLES}
      </style>
      <ol className="sf-crumbs" data-unfolded={isUnfolded || undefined}>
        {shown.flatMap((node, index) => {
          const name = nameOf(tree, node, 200)
          const crumb =
            index === shown.length - 1 ? (
              <li key={node}>
                <span aria-current="location" title={name}>
                  {name}
                </span>
                <span className="sf-share">{formatShare(tree.total[node] ?? 0, tree.total[0] ?? 0)}</span>
              </li>
            ) : (
              <li key={node}>
                <button type="button" title={name} onClick={() => onZoom(node)}>
                  {name}
                </button>
              </li>
            )
          if (folded <= 1 || index !== HEAD - 1) return [crumb]
          const fold = (
            <li key="fold" data-fold="">
              <button
                type="button"
                disabled={isUnfolded}
                aria-label={`Show ${folded} more frames`}
                onClick={() => setUnfoldedFor(zoomNode)}
              >
                … {folded} more
              </button>
            </li>
          )
          return [crumb, fold]
        })}
      </ol>
    </nav>
  )
}
