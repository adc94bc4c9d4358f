import type { CallTree } from '@sonde/profile'
import { FRAME_KIND } from '@sonde/profile'
import { useMemo } from 'react'
import { kindName } from './describe.ts'
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

/** A function's kind as a dot in the colour that the graph gives it, named for those who do not see it. */
export function FrameKindDot({ kind }: { kind: number }) {
  const entry = ENTRIES.find((one) => one.kind === kind)
  return (
    <span className="sf-dot" role="img" aria-label={kindName(kind)} title={kindName(kind)} style={{ background: entry?.color }}>
      <style href={STYLE_ID} precedence="default">
        {STYLES}
      </style>
    </span>
  )
}
