import type { EventsDelta, FieldRef } from '@sonde/contract'
import { and, type Code, code, integer, join, lines, nothing } from '../bpftrace/code.ts'
import { conditionCodes } from '../bpftrace/conditions.ts'
import { COMM, type FieldContext, fieldValue } from '../bpftrace/fields.ts'
import { readableBy } from '../bpftrace/known-faults.ts'
import { probePoint } from '../bpftrace/probe-point.ts'
import { type Program, programOf } from '../bpftrace/program.ts'
import { programCommand } from '../bpftrace/program-command.ts'
import { type RowFormat, rowOf } from '../bpftrace/row-format.ts'
import { scopeFilter } from '../bpftrace/scope-filter.ts'
import { spanOf } from '../bpftrace/span.ts'
import { TraceRefusal } from '../trace-errors.ts'
import type { CollectorPlanOf, PlanContext } from './collector-plan.ts'
import { archOf } from './counts-plan.ts'
import { notesOf, sampledNotes } from './probe-notes.ts'

/** Bytes of a text in a row, its NUL included. */
const TEXT_BYTES = 128
/** Beginnings under way, and processes of the filter. */
const MAP_KEYS = 16_384
/** bpftrace reads rows out of such a buffer on each CPU: room for a second of the most rows that may come. */
const BUFFER_PAGES = 256

export type EventsPlan = CollectorPlanOf<'events'> & {
  program: Program
  /** How a row of each probe is read, in the order of `probes.fire`. */
  formats: readonly RowFormat[]
  fields: EventsDelta['fields']
  /** What stands for a pid is a thread's id. */
  namesThreads: boolean
  every: number
}

/**
 * A row for each event, with the values of its fields.
 *
 *   @b  rows that may still be sent in this second, -1 when it is over    @g  how many that were    @l  rows that may still be sent at all
 *   @k  rows sent (to notice those that were lost on the way)    @o  rows beyond the caps: counted, not sent    @u  unmatched ends
 *
 * Several CPUs may count @b down at once, so that a few rows more than asked for may be sent: the agent cuts those, and counts them.
 * The tool's and the agent's own events are left out, or each row would be the cause of the next.
 *
 * @throws TraceRefusal bad-spec
 */
export function planEvents(context: PlanContext<'events'>): EventsPlan {
  const { spec, facts, instrument, resolved, every } = context
  const probes = { fire: readableBy(facts, context.probes.fire), start: readableBy(facts, context.probes.start) }
  const arch = archOf(facts)
  const { fields, when, start, maxRows, maxPerSecond } = instrument
  const span =
    start === undefined
      ? null
      : spanOf({
          start,
          starts: probes.start,
          ends: probes.fire,
          scope: resolved.scope,
          arch,
          every,
          when,
          reads: ['tid', 'comm', ...fields],
        })
  const filter = span?.filter ?? scopeFilter(resolved.scope)
  const rows = probes.fire.map((probe, index) => {
    const at: FieldContext = span?.contextOf(probe) ?? { probe, start: null, duration: null }
    const row = rowOf({
      probe: index,
      arch,
      identity: { pid: numberOf('pid', at), tid: numberOf('tid', at), comm: span === null ? textOf(COMM) : span.commOf(probe) },
      values: fields.map((field) => fieldValue(field, at)),
      textBytes: TEXT_BYTES,
      reservedBytes: span === null ? 0 : span.keptBytes,
    })
    return { probe, at, row }
  })
  const columns = rows.map(({ row }) => row.format.columns.map(({ type }) => type).join())
  if (new Set(columns).size > 1)
    throw new TraceRefusal('bad-spec', 'The fields are not of the same types in all of the probes: record them in captures of their own.')
  const programs = rows.map(({ probe, at, row }) => {
    const send = lines(
      code`$b = @b;`,
      code`      if ($b > 0) {`,
      code`      @b = $b - 1; @k = count();`,
      row.send,
      code`      } else if ($b == 0) { @o = count(); }`,
    )
    // Whoever asks for these very processes gets them.
    const ofOthers =
      resolved.scope.kind === 'processes'
        ? code`      ${send}`
        : lines(code`      $p = pid; if ($p != @self && $p != ${integer(process.pid)}) {`, code`      ${send}`, code`      }`)
    const conditions = [...(filter.where === null ? [] : [filter.where]), ...conditionCodes(when, at)]
    if (span !== null) {
      const condition = and(conditions)
      const found = condition === null ? ofOthers : lines(code`    if (${condition}) {`, ofOthers, code`    }`)
      return lines(code`${probePoint(probe)} {`, span.endBody(probe, found, code`@u = count();`), code`}`)
    }
    const all = and([
      ...(filter.who === null ? [] : [filter.who]),
      ...(every > 1 ? [code`rand % ${integer(every)} == 0`] : []),
      ...conditions,
    ])
    return lines(code`${probePoint(probe)} ${all === null ? nothing : code`/${all}/ `}{`, ofOthers, code`}`)
  })
  const perSecond = integer(maxPerSecond)
  const grant = code`@g = (@l < ${perSecond} ? @l : ${perSecond}); @b = @g;`
  const program = programOf({
    durationMs: spec.durationMs,
    probes: lines(...(span === null ? [] : [span.starts]), ...programs),
    probeCount: span?.programCount ?? probes.fire.length,
    filter,
    begin: code`@b = (int64)0; @g = (int64)0; @l = (int64)${integer(maxRows)};`,
    onExit: span?.onExit ?? nothing,
    onReady: grant,
    closeTap: code`@b = (int64)-1; @l = (int64)-1;`,
    onTick: code`${span?.onTick ?? nothing} if (@z == 0) { @l = @l - (@g - @b); ${grant} }`,
    onSlice: join([code`print(@k); print(@o);`, ...(span?.countsUnmatched ? [code`print(@u);`] : [])], code` `),
    keepNames: false,
    workMaps: span?.maps ?? [],
  })
  const formats = rows.map(({ row }) => row.format)
  return {
    id: 'events',
    instrument,
    probes,
    notes: [...notesOf(probes), ...(span?.notes ?? []), ...sampledNotes(every, 'itself')],
    commands: [
      programCommand({
        collector: 'events',
        durationMs: spec.durationMs,
        facts,
        program,
        limits: { mapKeys: MAP_KEYS, textBytes: TEXT_BYTES, bufferPages: BUFFER_PAGES },
      }),
    ],
    program,
    formats,
    fields: fields.map((name, i) => ({ name, type: formats[0]?.columns[i]?.type ?? 'number' })),
    namesThreads: span?.namesThreads ?? false,
    every,
  }
}

function numberOf(field: FieldRef, context: FieldContext): Code {
  const value = fieldValue(field, context)
  if (value.kind !== 'number') throw new TypeError(`${field} is a number`)
  return value.expression
}

function textOf(value: typeof COMM): Code {
  if (value.kind !== 'text') throw new TypeError('comm is a text')
  return value.expression
}
