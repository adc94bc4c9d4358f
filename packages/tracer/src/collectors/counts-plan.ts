import type { HostFacts, InstrumentOf } from '@sonde/contract'
import { and, type Code, code, integer, lines, nothing } from '../bpftrace/code.ts'
import { conditionCodes } from '../bpftrace/conditions.ts'
import { type FieldContext, fieldValue } from '../bpftrace/fields.ts'
import { type GroupKey, groupKey, NO_GROUP } from '../bpftrace/group-key.ts'
import { readableBy } from '../bpftrace/known-faults.ts'
import { probePoint } from '../bpftrace/probe-point.ts'
import { type Program, programOf } from '../bpftrace/program.ts'
import { mapKeys, programCommand } from '../bpftrace/program-command.ts'
import { scopeFilter } from '../bpftrace/scope-filter.ts'
import type { ResolvedProbe } from '../probes/resolved-probe.ts'
import type { SyscallArch } from '../syscalls/syscall-names.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'
import { notesOf, sampledNotes } from './probe-notes.ts'

/** Bytes of a text that events are grouped by, its NUL included. */
export const GROUP_TEXT_BYTES = 64
/** Most that a map may hold: it is printed every second. */
const MOST_KEYS = { byProcess: 32_768, byNumber: 16_384, byText: 8_192 } as const

export type CountsPlan = CollectorPlanOf<'counts'> & {
  program: Program
  group: GroupKey
  /** Entries that the map has room for, on each CPU. */
  mapKeys: number
  /** Whether a key names the probe, before the process. */
  keyHasProbe: boolean
  every: number
}

/**
 * How often each probe fires, by process and group, and a sum.
 *
 *   @c[probe, pid, key] count    @t[probe, pid, key] sum    @n  all that was counted (to notice what @c had no room for)
 *
 * They are never emptied while the program runs: what a slice of time has counted is the difference of two readings, so that nothing is
 * lost between reading and emptying.
 *
 * @throws TraceRefusal bad-spec
 */
export function planCounts(context: PlanContext<'counts'>): CountsPlan {
  const { spec, facts, instrument, resolved, every } = context
  const probes = { fire: readableBy(facts, context.probes.fire), start: readableBy(facts, context.probes.start) }
  const arch = archOf(facts)
  const filter = scopeFilter(resolved.scope)
  const groups = probes.fire.map((probe) => groupOf(instrument, probe, arch))
  const group = groups[0] ?? NO_GROUP
  if (groups.some(({ numbers, bytes }) => numbers !== group.numbers || bytes !== group.bytes))
    throw new TraceRefusal(
      'bad-spec',
      `"${instrument.groupBy}" is not of the same type in all of the probes: count them in captures of their own.`,
    )
  const several = probes.fire.length > 1
  const body = probes.fire.map((probe, i) => {
    const key = code`${several ? code`${integer(i)}, ` : nothing}pid${groups[i]?.code ?? nothing}`
    const condition = and([
      ...(filter.who === null ? [] : [filter.who]),
      ...(filter.where === null ? [] : [filter.where]),
      ...(every > 1 ? [code`rand % ${integer(every)} == 0`] : []),
      ...conditionCodes(instrument.when, contextOf(probe)),
    ])
    const sum = instrument.sum === undefined ? nothing : code` @t[${key}] = sum(${summand(instrument.sum, probe)});`
    return code`${probePoint(probe)} ${condition === null ? nothing : code`/${condition}/ `}{ @n = count(); @c[${key}] = count();${sum} }`
  })
  const program = programOf({
    durationMs: spec.durationMs,
    probes: lines(...body),
    probeCount: probes.fire.length,
    filter,
    onSlice: instrument.sum === undefined ? code`print(@c); print(@n);` : code`print(@c); print(@t); print(@n);`,
    keepNames: true,
    workMaps: [],
  })
  const isText = group !== NO_GROUP && group.numbers === 0
  const keys = mapKeys({
    maps: instrument.sum === undefined ? 1 : 2,
    keyBytes: 16 + group.bytes,
    cpuCount: facts.cpuCount,
    most: isText ? MOST_KEYS.byText : group === NO_GROUP ? MOST_KEYS.byProcess : MOST_KEYS.byNumber,
  })
  return {
    id: 'counts',
    instrument,
    probes,
    notes: [...notesOf(probes), ...sampledNotes(every, 'all')],
    commands: [
      programCommand({
        collector: 'counts',
        durationMs: spec.durationMs,
        facts,
        program,
        limits: { mapKeys: keys, textBytes: GROUP_TEXT_BYTES },
      }),
    ],
    program,
    group,
    mapKeys: keys,
    keyHasProbe: several,
    every,
  }
}

const contextOf = (probe: ResolvedProbe): FieldContext => ({ probe, start: null, duration: null })

function groupOf({ groupBy }: InstrumentOf<'counts'>, probe: ResolvedProbe, arch: SyscallArch): GroupKey {
  return groupBy === undefined ? NO_GROUP : groupKey(fieldValue(groupBy, contextOf(probe)), arch, GROUP_TEXT_BYTES)
}

function summand(field: NonNullable<InstrumentOf<'counts'>['sum']>, probe: ResolvedProbe): Code {
  const value = fieldValue(field, contextOf(probe))
  if (value.kind === 'number') return value.expression
  throw new TraceRefusal('bad-spec', `"${field}" of ${probe.label} is no number, so that it cannot be added up.`)
}

export function archOf({ arch }: HostFacts): SyscallArch {
  if (arch !== 'other') return arch
  throw new TraceRefusal('capability-missing', 'Probes with arguments work on x64 and arm64 only.')
}
