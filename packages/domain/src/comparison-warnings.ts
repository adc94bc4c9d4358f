import type { ComparisonWarning, SideFacts } from '@sonde/contract'
import { plainText } from '@sonde/profile'
import type { Findings } from './compare-measures.ts'
import type { ComparisonSide } from './comparison-side.ts'
import { otherBuilds, type SideBuilds } from './read-builds.ts'
import { decimals, threeDigits } from './sentence-numbers.ts'

type Sides<T> = { a: T; b: T }

/** Why two sides may differ for another reason than the one looked for, in sentences; the gravest first. `kernels`: of today, by host. */
export function comparisonWarnings(
  sides: Sides<ComparisonSide>,
  facts: Sides<SideFacts>,
  findings: Findings,
  { kernels, builds }: { kernels: ReadonlyMap<string, string>; builds: Sides<SideBuilds> },
): ComparisonWarning[] {
  const { a, b } = sides
  const warnings: ComparisonWarning[] = []
  const warn = (code: ComparisonWarning['code'], when: boolean, text: () => string): void => {
    if (when) warnings.push({ code, text: text() })
  }
  const { functionsTested, syscallsTested, measured } = findings
  warn(
    'same-samples',
    overlaps(a, b),
    () => 'Both sides hold some of the same samples, so a difference between them is smaller than it should be.',
  )
  const undivided = [a, b].some(
    ({ functions }, k) => functions !== null && functions.weight.length > 0 && (k === 0 ? measured.a : measured.b) === null,
  )
  warn(
    'too-little',
    undivided,
    () => 'What functions and rates are to be divided by is not known on both sides: the call that stands for a request is not there.',
  )
  warn(
    'too-little',
    !undivided && functionsTested + syscallsTested === 0,
    () => `Too little to test: ${facts.a.samples} and ${facts.b.samples} samples in ${facts.a.units} and ${facts.b.units} slices of time.`,
  )
  warn(
    'no-times',
    [a, b].some(({ profile }) => profile !== null && !profile.meta.timed),
    () => 'A side’s samples carry no times: without slices of time nobody can tell how much it varies, so nothing is tested.',
  )
  const running = [a, b].filter(({ view }) => view.endedAt === null)
  warn('still-running', running.length > 0, () => 'A capture is still running: what is said here changes as it goes on.')

  const hosts = { a: new Set(a.targets.map((t) => t.hostId)), b: new Set(b.targets.map((t) => t.hostId)) }
  const shared = [...hosts.a].filter((id) => hosts.b.has(id)).length
  warn('hosts-differ', shared < hosts.a.size || shared < hosts.b.size, () => {
    const few = Math.min(hosts.a.size, hosts.b.size) === 1
    return `${shared === 0 ? 'No host is' : `${shared} ${shared === 1 ? 'host is' : 'hosts are'}`} on both sides (${hosts.a.size} and ${hosts.b.size}): hosts differ from each other anyway${few ? ', and one alone cannot show by how much' : ''}.`
  })
  const kernelsOf = (ids: Set<string>) =>
    [...new Set([...ids].flatMap((id) => plainText(kernels.get(id) ?? '').slice(0, 100) || []))].sort()
  const [kernelsA, kernelsB] = [kernelsOf(hosts.a), kernelsOf(hosts.b)]
  warn(
    'kernels-differ',
    kernelsA.join() !== kernelsB.join() && kernelsA.length > 0 && kernelsB.length > 0,
    () => `The hosts run other kernels: ${listed(kernelsA)} and ${listed(kernelsB)}.`,
  )
  const changed = otherBuilds(builds.a, builds.b)
  warn(
    'builds-differ',
    changed.length > 0,
    () =>
      `Not the same builds ran: ${listed(changed.map((path) => plainText(path).slice(0, 100)))}. That may be what you look for, or one more reason.`,
  )
  const rate = (side: ComparisonSide) => side.profile?.meta.periodNs ?? 0
  warn(
    'rate-differs',
    a.profile !== null && b.profile !== null && Math.abs(rate(a) - rate(b)) > 0.02 * Math.max(rate(a), rate(b)),
    () => `Sampled at different rates: ${perSecond(rate(a))} and ${perSecond(rate(b))}.`,
  )
  const sampled = (side: ComparisonSide) => (side.profile ? `${side.profile.meta.event}, ${side.profile.meta.unit}` : '')
  warn(
    'spec-differs',
    recorded(a) !== recorded(b) || (a.profile !== null && b.profile !== null && sampled(a) !== sampled(b)),
    () =>
      `The captures recorded different things: ${recorded(a) || 'a file'}${sampled(a) && ` (${sampled(a)})`} and ${recorded(b) || 'a file'}${sampled(b) && ` (${sampled(b)})`}.`,
  )
  const busy = (side: SideFacts) => (side.cpuSeconds !== null && side.hostSeconds > 0 ? side.cpuSeconds / side.hostSeconds : null)
  const [busyA, busyB] = [busy(facts.a), busy(facts.b)]
  warn(
    'load-differs',
    busyA !== null && busyB !== null && Math.abs(Math.log(busyA / busyB)) > Math.log(1.5),
    () => `Load differs: ${threeDigits(busyA ?? 0)} and ${threeDigits(busyB ?? 0)} CPUs busy a host with what was recorded.`,
  )
  const [lostA, lostB] = [lostShare(facts.a), lostShare(facts.b)]
  warn(
    'loss-differs',
    Math.abs(lostA - lostB) > 0.01,
    () => `Loss differs: ${percent(lostA)} and ${percent(lostB)} of what fired was lost.`,
  )
  const unknown = (side: Findings['measured']['a']) => (side && side.weight > 0 ? side.unknown / side.weight : 0)
  const [unknownA, unknownB] = [unknown(measured.a), unknown(measured.b)]
  warn(
    'unknown-differs',
    Math.abs(unknownA - unknownB) > 0.02,
    () =>
      `Names are missing on one side more than on the other: ${percent(unknownA)} and ${percent(unknownB)} of the samples end in a frame without a name.`,
  )
  return warnings
}

const percent = (share: number): string => `${decimals(share * 100, 1)} %`
const perSecond = (periodNs: number): string => (periodNs > 0 ? `${decimals(1e9 / periodNs, 0)} Hz` : 'a rate that is not known')
const lostShare = ({ lost, samples, syscalls }: SideFacts): number => (lost > 0 ? lost / (lost + samples + syscalls) : 0)
const recorded = ({ view }: ComparisonSide): string =>
  view.spec.instruments
    .map(({ collector }) => collector)
    .sort()
    .join(' + ')
const listed = (texts: readonly string[]): string =>
  texts.length > 3 ? `${texts.slice(0, 3).join(', ')} and ${texts.length - 3} more` : texts.join(', ')

function overlaps(a: ComparisonSide, b: ComparisonSide): boolean {
  if (a.view.id !== b.view.id || !a.profile || !a.functions || !b.functions) return false
  const { hosts } = a.profile
  const hostsOf = (side: ComparisonSide) => new Set(Array.from(side.functions?.host ?? [], (row) => hosts.id[row]))
  const inB = hostsOf(b)
  if (![...hostsOf(a)].some((id) => inB.has(id))) return false
  if (a.selection.process && b.selection.process && a.selection.process !== b.selection.process) return false
  const span = ({ functions, selection: { window } }: ComparisonSide) => {
    const from = functions?.fromUs ?? 0
    return window ? window.split('-').map((ms) => Number(ms) * 1_000) : [from, Number.POSITIVE_INFINITY]
  }
  const [[fromA = 0, toA = 0], [fromB = 0, toB = 0]] = [span(a), span(b)]
  return fromA < toB && fromB < toA
}
