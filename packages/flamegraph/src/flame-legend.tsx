import { type CallTree, FRAME_KIND, type TreeDiff } from '@sonde/profile'
import { useMemo } from 'react'
import { kindName } from './describe.ts'
import { comparedWords, DIFF_GRADES, greyWords, hereWords, restWords } from './flame-diff.ts'
import { formatShare } from './format.ts'
import { type ColorBy, SELF_GRADES } from './inks.ts'
import { GRADE_SHARES } from './palette.ts'
import { STYLE_ID, STYLES } from './styles.ts'

const ENTRIES = [
  { kind: FRAME_KIND.user, color: 'var(--flame-user)', label: 'user' },
  { kind: FRAME_KIND.kernel, color: 'var(--flame-kernel)', label: 'kernel' },
  { kind: FRAME_KIND.jit, color: 'var(--flame-jit)', label: 'JIT' },
  { kind: FRAME_KIND.inlined, color: 'var(--flame-inlined)', label: 'inlined' },
  { kind: FRAME_KIND.unknown, color: 'var(--flame-unknown)', label: 'unknown' },
] as const

type Swatch = { color: string; label: string }

/** A grade of a scale, mixed as buildPalette does. */
const gradeColor = (token: string, share: number): string => `color-mix(in oklab, var(--flame-${token}) ${share * 100}%, var(--flame-bg))`

const SELF_SWATCHES: Swatch[] = SELF_GRADES.map((from, grade) => ({
  color: gradeColor('self', GRADE_SHARES.self[grade] ?? 1),
  label: grade === 0 ? `own weight below ${formatShare(SELF_GRADES[1], 1)} of all` : formatShare(from, 1),
}))

function diffSwatches(diff: TreeDiff): Swatch[] {
  const side = (token: 'less' | 'more', sign: string, words: string): Swatch[] =>
    DIFF_GRADES.map(({ label }, grade) => ({
      color: gradeColor(token, GRADE_SHARES.diff[grade] ?? 1),
      label: grade === 0 ? `${sign} ${words}, ${label}` : label,
    }))
  return [
    ...side('more', '▲', `more on ${hereWords(diff)}`),
    ...side('less', '▼', `more on ${restWords(diff)}`),
    { color: 'color-mix(in oklab, var(--flame-muted) 28%, var(--flame-bg))', label: greyWords(diff) },
  ]
}

/** What the colours mean: the kinds that the tree has, the grades of a scale, and by what a difference was made comparable. */
export function FlameGraphLegend({ tree, colorBy, className = '' }: { tree: CallTree; colorBy: ColorBy; className?: string }) {
  const kinds = useMemo(() => ENTRIES.filter(({ kind }) => tree.kind.includes(kind)), [tree])
  if (colorBy === 'module') return <span className={className}>one colour for each library or executable</span>
  const swatches: readonly Swatch[] = colorBy === 'self' ? SELF_SWATCHES : colorBy === 'diff' && tree.diff ? diffSwatches(tree.diff) : kinds
  return (
    <ul className={`sf-legend ${className}`} aria-label="Colours">
      <style href={STYLE_ID} precedence="default">
        {STYLES}
      </style>
      {swatches.map(({ color, label }) => (
        <li key={color}>
          <span style={{ background: color }} />
          {label}
        </li>
      ))}
      {colorBy === 'diff' && tree.diff ? <li>{comparedWords(tree.diff)}</li> : null}
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
