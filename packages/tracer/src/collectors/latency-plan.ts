import { and, type Code, code, lines, nothing } from '../bpftrace/code.ts'
import { conditionCodes } from '../bpftrace/conditions.ts'
import { fieldValue } from '../bpftrace/fields.ts'
import { type GroupKey, groupKey, NO_GROUP } from '../bpftrace/group-key.ts'
import { readableBy } from '../bpftrace/known-faults.ts'
import { probePoint } from '../bpftrace/probe-point.ts'
import { type Program, programOf } from '../bpftrace/program.ts'
import { mapKeys, programCommand } from '../bpftrace/program-command.ts'
import { type Span, spanOf } from '../bpftrace/span.ts'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import type { SyscallArch } from '../syscalls/syscall-names.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'
import { archOf, GROUP_TEXT_BYTES } from './counts-plan.ts'
import { notesOf, sampledNotes } from './probe-notes.ts'

/** Most that a map may hold, a histogram's buckets one by one: it is printed every second. */
const MOST_KEYS = { byNumber: 65_536, byText: 16_384 } as const

export type LatencyPlan = CollectorPlanOf<'latency'> & {
  program: Program
  group: GroupKey
  mapKeys: number
  /** What stands for a pid is a thread's id. */
  namesThreads: boolean
  every: number
}

/**
 * How long spans take, by process and group.
 *
 *   @h[pid, key] log2 histogram of ns    @t[pid, key] sum of ns    @n  spans (to notice what @h had no room for)    @u  unmatched ends
 *   @m0, @m1 [pid, key] longest, in slices of even and odd number    @q  which of them is in use
 *
 * All but the longest are never emptied: slices are differences of two readings. The longest of a slice cannot be told from such, so two
 * maps take turns, and one is read and emptied while the other is in use. Beginnings: see span.ts.
 *
 * @throws TraceRefusal bad-spec
 */
export function planLatency(context: PlanContext<'latency'>): LatencyPlan {
  const { spec, facts, instrument, resolved, every } = context
  const probes = { fire: readableBy(facts, context.probes.fire), start: readableBy(facts, context.probes.start) }
  const arch = archOf(facts)
  const { groupBy, when } = instrument
  const span = spanOf({
    start: instrument.start,
    starts: probes.start,
    ends: probes.fire,
    scope: resolved.scope,
    arch,
    every,
    when,
    reads: groupBy === undefined ? [] : [groupBy],
  })
  const groups = probes.fire.map((end) => (groupBy === undefined ? NO_GROUP : groupOf(span, end, groupBy, arch)))
  const group = groups[0] ?? NO_GROUP
  if (groups.some(({ numbers, bytes }) => numbers !== group.numbers || bytes !== group.bytes))
    throw new TraceRefusal('bad-spec', `"${groupBy}" is not of the same type in all probes that end a span.`)
  const program = programOf({
    durationMs: spec.durationMs,
    probes: lines(span.starts, ...probes.fire.map((end, i) => endProgram(span, end, groups[i] ?? NO_GROUP, when))),
    probeCount: span.programCount,
    filter: span.filter,
    begin: code`@q = 0;`,
    onExit: span.onExit,
    onReady: code`clear(@m0); clear(@m1);`,
    onTick: code`${span.onTick} if (@q) { @q = 0; print(@m1); clear(@m1); } else { @q = 1; print(@m0); clear(@m0); }`,
    onSlice: code`print(@h); print(@t); print(@n);${span.countsUnmatched ? code` print(@u);` : nothing}`,
    keepNames: true,
    workMaps: span.maps,
  })
  const isText = group !== NO_GROUP && group.numbers === 0
  const keys = mapKeys({
    maps: 4,
    keyBytes: 16 + group.bytes,
    cpuCount: facts.cpuCount,
    most: isText ? MOST_KEYS.byText : MOST_KEYS.byNumber,
  })
  return {
    id: 'latency',
    instrument,
    probes,
    notes: [...notesOf(probes), ...span.notes, ...sampledNotes(every, 'all')],
    commands: [
      programCommand({
        collector: 'latency',
        durationMs: spec.durationMs,
        facts,
        program,
        limits: { mapKeys: keys, textBytes: GROUP_TEXT_BYTES },
      }),
    ],
    program,
    group,
    mapKeys: keys,
    namesThreads: span.namesThreads,
    every,
  }
}

function endProgram(span: Span, end: ResolvedProbe, group: GroupKey, when: PlanContext<'latency'>['instrument']['when']): Code {
  const context = span.contextOf(end)
  const pid = fieldValue('pid', context)
  if (pid.kind !== 'number') throw new TypeError('a pid is a number')
  const key = code`${pid.expression}${group.code}`
  const count = lines(
    code`@n = count();`,
    code`      @h[${key}] = hist($l);`,
    code`      @t[${key}] = sum($l);`,
    code`      if (@q) { @m1[${key}] = max($l); } else { @m0[${key}] = max($l); }`,
  )
  const condition = and([...(span.filter.where === null ? [] : [span.filter.where]), ...conditionCodes(when, context)])
  const found =
    condition === null
      ? code`      ${count}`
      : code`    if (${condition}) {
      ${count}
    }`
  return lines(code`${probePoint(end)} {`, span.endBody(end, found, code`@u = count();`), code`}`)
}

function groupOf(span: Span, end: ResolvedProbe, field: NonNullable<PlanContext<'latency'>['instrument']['groupBy']>, arch: SyscallArch) {
  return groupKey(fieldValue(field, span.contextOf(end)), arch, GROUP_TEXT_BYTES)
}
