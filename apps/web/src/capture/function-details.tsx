'use client'
import { type CaptureViewState, withTransform } from '@sonde/contract'
import { formatCount, formatShare, formatWeight, kindName } from '@sonde/flamegraph'
import { exactName, FrameKindDot, type FunctionRows, type FunctionsAnswer, type LoadedProfile } from '@sonde/flamegraph/react'
import { Button, CopyButton, HostText } from '@sonde/ui'
import { Crosshair, Search, Split, X } from 'lucide-react'
import type { FlameKind, FlameWords } from './flame-words.ts'
import { functionName } from './function-name.ts'
import { useShowBeside } from './pane-menu.tsx'
import type { UpdateView } from './use-view-state.ts'

/** Longest text that the view keeps for a search. */
const MAX_SEARCH = 200

export type FunctionDetailsProps = {
  kind: FlameKind
  /** The function is its first row. */
  rows: FunctionRows
  all: FunctionsAnswer['all']
  profile: LoadedProfile
  words: FlameWords
  view: CaptureViewState
  update: UpdateView
}

/** The selected function in full, and where to go from it. */
export function FunctionDetails({ kind, rows, all, profile, words, view, update }: FunctionDetailsProps) {
  const flame = kind === 'offcpu' ? 'offcpu' : 'flame'
  const showFlame = useShowBeside(flame)
  const showSandwich = useShowBeside('sandwich')
  const key = rows.key[0] ?? ''
  const name = rows.name[0] ?? ''
  const module = rows.module[0] ?? ''
  const hosts = rows.hostNames[0] ?? []
  const moreHosts = (rows.hostCount[0] ?? 0) - hosts.length
  const { unit, periodNs } = profile.meta
  const [first, last] = [rows.firstUs?.[0], rows.lastUs?.[0]]
  const focused = withTransform(view, { kind: 'focus-function', function: key })
  const weights = [
    { label: 'self', weight: rows.self[0] ?? 0 },
    { label: 'total', weight: rows.total[0] ?? 0 },
  ]
  const find = () => {
    const { text, regex } = exactName(name, MAX_SEARCH)
    showFlame?.({ search: text, regex })
  }
  return (
    <section
      aria-label="Selected function"
      data-testid="function-details"
      className="flex max-h-[45%] shrink-0 flex-col gap-1.5 overflow-auto border-line border-t bg-inset px-2 py-1.5"
    >
      <div className="flex items-start gap-1.5">
        <span className="flex h-6 items-center">
          <FrameKindDot kind={rows.kind[0] ?? 0} />
        </span>
        <div className="min-w-0 flex-1 self-center font-medium">
          <HostText text={name === '' ? '(no name)' : name} mono wrap />
        </div>
        <CopyButton text={name} label="Copy the name" />
        <Button size="sm" variant="ghost" icon aria-label="Close the details" onClick={() => update({ fn: '' }, 'push')}>
          <X />
        </Button>
      </div>
      <dl className="flex flex-wrap gap-x-4 gap-y-0.5 text-sm">
        <Fact name="kind">{kindName(rows.kind[0] ?? 0)}</Fact>
        {module === '' ? null : (
          <Fact name="library">
            <HostText text={functionName(module)} />
          </Fact>
        )}
        {weights.map(({ label, weight }) => (
          <Fact key={label} name={label}>
            {formatWeight(weight, unit)}, {formatShare(weight, all.weight)}
            {unit === 'samples' && periodNs > 0 ? `, ≈ ${formatWeight(weight * periodNs, 'ns')} of CPU time` : ''}
          </Fact>
        ))}
        {unit !== 'samples' && words.events ? <Fact name={words.events.many}>{formatCount(rows.count[0] ?? 0)}</Fact> : null}
        {first === undefined || last === undefined ? null : (
          <Fact name="seen">
            {(first / 1e6).toFixed(3)}–{(last / 1e6).toFixed(3)} s
          </Fact>
        )}
        {profile.hosts.length > 1 ? (
          <Fact name="hosts">
            <HostText text={`${hosts.map(functionName).join(', ')}${moreHosts > 0 ? ` and ${formatCount(moreHosts)} more` : ''}`} wrap />
          </Fact>
        ) : null}
      </dl>
      <div className="flex flex-wrap gap-1.5">
        {showSandwich ? (
          <Button size="sm" onClick={() => showSandwich({ fn: key, fnOf: kind })} title="Callers and callees (s)">
            <Split aria-hidden /> Callers and callees
          </Button>
        ) : null}
        {showFlame ? (
          <>
            <Button size="sm" onClick={find} title="Search the flame graph for exactly this name">
              <Search aria-hidden /> Find in the flame graph
            </Button>
            <Button
              size="sm"
              disabled={focused === null}
              onClick={() => focused && showFlame(focused)}
              title="Stacks begin with its outermost call; those without it are left out"
            >
              <Crosshair aria-hidden /> Focus on it
            </Button>
          </>
        ) : null}
      </div>
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="flex min-w-0 items-baseline gap-1.5">
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </div>
  )
}
