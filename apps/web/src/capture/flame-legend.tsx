import { type CallTree, FRAME_KIND } from '@sonde/profile'
import { useMemo } from 'react'

const KINDS = [
  { kind: FRAME_KIND.user, name: 'user', token: 'user' },
  { kind: FRAME_KIND.kernel, name: 'kernel', token: 'kernel' },
  { kind: FRAME_KIND.jit, name: 'JIT', token: 'jit' },
  { kind: FRAME_KIND.inlined, name: 'inlined', token: 'inlined' },
  { kind: FRAME_KIND.unknown, name: 'unknown', token: 'unknown' },
] as const

/** What the colours mean, for the kinds that occur. */
export function FlameLegend({ tree, color }: { tree: CallTree; color: 'kind' | 'module' }) {
  const present = useMemo(() => new Set(tree.kind), [tree])
  if (color === 'module') return <span>one colour for each library or executable</span>
  return (
    <ul aria-label="Colours" className="flex flex-wrap gap-x-2.5">
      {KINDS.filter(({ kind }) => present.has(kind)).map(({ name, token }) => (
        <li key={name} className="inline-flex items-center gap-1">
          <span aria-hidden className="size-2.5 rounded-[2px]" style={{ background: `var(--flame-${token})` }} />
          {name}
        </li>
      ))}
    </ul>
  )
}
