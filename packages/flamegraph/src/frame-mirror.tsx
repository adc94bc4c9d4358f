import type { CallTree } from '@sonde/profile'
import { memo } from 'react'
import { nameOf } from './describe.ts'
import { weightText } from './flame-diff.ts'
import { formatShare, type WeightUnit } from './format.ts'
import { childrenOf, pathTo } from './navigate.ts'

const MAX_CALLERS = 20
const MAX_CALLEES = 10

type FrameTableProps = { tree: CallTree; node: number; unit: WeightUnit; noted?: readonly number[] | undefined }

function FrameTable({ tree, node, unit, noted }: FrameTableProps) {
  if (tree.length === 0 || node >= tree.length) return null
  const path = pathTo(tree, node)
  const callees = [...childrenOf(tree, node)].sort((a, b) => (tree.total[b] ?? 0) - (tree.total[a] ?? 0))
  const all = tree.total[0] ?? 0
  const [above, below] = tree.isInverted ? ['callee', 'caller'] : ['caller', 'callee']
  const row = (at: number, relation: string) => (
    <tr key={at}>
      <th scope="row">
        {nameOf(tree, at, 200)}
        {noted?.includes(at) && ' (has notes)'}
      </th>
      <td>{relation}</td>
      <td>{weightText(tree, at, unit)}</td>
      {!tree.isInverted && <td>{formatShare(tree.self[at] ?? 0, all)}</td>}
    </tr>
  )
  return (
    <div className="sf-hidden">
      <table>
        <caption>
          Frames around the focused frame{path.length - 1 > MAX_CALLERS && `, nearest ${MAX_CALLERS} of ${path.length - 1} ${above}s`}
          {callees.length > MAX_CALLEES && `, heaviest ${MAX_CALLEES} of ${callees.length} ${below}s`}
        </caption>
        <thead>
          <tr>
            <th scope="col">frame</th>
            <th scope="col">is</th>
            <th scope="col">total</th>
            {!tree.isInverted && <th scope="col">self</th>}
          </tr>
        </thead>
        <tbody>
          {path
            .slice(0, -1)
            .slice(-MAX_CALLERS)
            .map((at) => row(at, `${above}, depth ${tree.depth[at] ?? 0}`))}
          {row(node, `focused, depth ${tree.depth[node] ?? 0}`)}
          {callees.slice(0, MAX_CALLEES).map((at) => row(at, below))}
        </tbody>
      </table>
    </div>
  )
}

/**
 * The picture as a table, for who cannot see it: the callers of the focused frame, the frame, its heaviest callees.
 * Memoised: hovering renders the graph's parent for each frame that the pointer crosses.
 */
export const FrameMirror = memo(FrameTable)
