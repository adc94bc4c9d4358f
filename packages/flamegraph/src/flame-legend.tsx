import type { CallTree } from '@sonde/profile'
import { FRAME_KIND } from '@sonde/profile'
import { useMemo } from 'react'
import type { ColorBy } from './palette.ts'
import { STYLE_ID, STYLES } from './styles.ts'

const ENTRIES = [
  { kind: FRAME_KIND.user, color: 'var(--flame-user)', label: 'user' },
  { kind: FRAME_KIND.kernel, color: 'var(--flame-kernel)', label: 'kernel' },
  { kind: FRAME_KIND.jit, color: 'var(--flame-jit)', label: 'JIT' },
  { kind: FRAME_KIND.inlined, color: 'var(--flame-inlined)', label: 'inlined' },
  { kind: FRAME_KIND.unknown, color: 'var(--flame-unknown)', label: 'unknown' },
] as const

/** What the colours mean, for the kinds that the tree has. */
export function FlameGraphLegend({ tree, colorBy, className = '' }: { tree: CallTree; colorBy: ColorBy; className?: string }) {
  const shown = useMemo(() => ENTRIES.filter(({ kind }) => tree.kind.includes(kind)), [tree])
  if (colorBy === 'module') return <span className={className}>one colour for each library or executable</span>
  return (
    <ul className={`sf-legend ${className}`} aria-label="Colours">
      <style href={STYLE_ID} precedence="default">
        {STYLES}
      </style>
      {shown.map(({ kind, color, label }) => (
        <li key={kind}>
          <span style={{ background: color }} />
          {label}
        </li>
      ))}
    </ul>
  )
}
