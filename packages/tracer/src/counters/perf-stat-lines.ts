import type { CountersDelta } from '@sonde/contract'

/** A value of one event in one interval, as `perf stat -j -I` prints it. `untilMs`: since counting began. */
export type PerfStatValue = {
  untilMs: number
  event: string
  cpu: number | null
  /** Null: `<not counted>` (no time on the hardware in this interval), or not supported at all. */
  value: number | null
  supported: boolean
  unit: string
  runningShare: number
}

const MAX_LINE_BYTES = 64 * 1024

/**
 * Reads the JSON lines of `perf stat -j -I MS` (tools/perf/util/stat-display.c). Numbers come as text; what cannot be counted comes as
 * `<not supported>` or `<not counted>`; versions differ in what else stands in a line.
 */
export class PerfStatLines {
  malformed = 0
  private rest = ''

  push(chunk: Buffer): PerfStatValue[] {
    const lines = (this.rest + chunk.toString('utf8')).split('\n')
    this.rest = lines.pop() ?? ''
    if (this.rest.length > MAX_LINE_BYTES) {
      this.rest = ''
      this.malformed++
    }
    return lines.flatMap((line) => this.read(line))
  }

  /** The output is over. */
  end(): PerfStatValue[] {
    const { rest } = this
    this.rest = ''
    return this.read(rest)
  }

  private read(line: string): PerfStatValue[] {
    if (line.trim() === '' || line.startsWith('#')) return []
    const value = parsePerfStatLine(line)
    if (value !== null) return [value]
    this.malformed++
    return []
  }
}

export function parsePerfStatLine(line: string): PerfStatValue | null {
  const object = jsonObject(line)
  if (object === null) return null
  const interval = Number(object.interval)
  const { event } = object
  if (!(interval >= 0) || typeof event !== 'string' || event === '') return null
  const text = object['counter-value']
  const number = typeof text === 'string' || typeof text === 'number' ? Number(text) : Number.NaN
  const known = Number.isFinite(number) && number >= 0
  if (!known && text !== '<not supported>' && text !== '<not counted>') return null
  const inMs = object.unit === 'msec'
  const running = Number(object['pcnt-running'])
  return {
    untilMs: interval * 1000,
    event: eventName(event),
    cpu: cpuOf(object.cpu),
    value: known ? (inMs ? Math.round(number * 1e6) : number) : null,
    supported: text !== '<not supported>',
    unit: inMs ? 'ns' : typeof object.unit === 'string' ? object.unit.slice(0, 16) : '',
    runningShare: !known ? 0 : Number.isFinite(running) ? Math.min(1, Math.max(0, running / 100)) : 1,
  }
}

/** `cpu_core/cycles/` of a CPU with two sorts of cores → `cycles`; `cycles:u` → `cycles`. */
function eventName(event: string): string {
  const inner = /^[^/]+\/([^/]+)\/[^/]*$/.exec(event)?.[1] ?? event
  return inner.replace(/:[a-zA-Z]+$/, '').slice(0, 64)
}

/** perf writes "0", newer ones "CPU0". */
function cpuOf(cpu: unknown): number | null {
  if (typeof cpu === 'number') return Number.isInteger(cpu) && cpu >= 0 ? cpu : null
  const digits = typeof cpu === 'string' ? /^(?:CPU)?(\d{1,5})$/.exec(cpu)?.[1] : undefined
  return digits === undefined ? null : Number(digits)
}

function jsonObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : null
  } catch {
    return null
  }
}

type Counter = CountersDelta['intervals'][number]['counters'][number]

/**
 * Puts values together into intervals. An interval is complete when a value of the next one comes, or at the end. Two sorts of cores
 * count into one value; the share of time is then that of the one that counted less.
 */
export class CounterIntervals {
  /** Events that cannot be counted on this host. */
  readonly unsupported = new Set<string>()
  private readonly done: CountersDelta['intervals'] = []
  private fromMs = 0
  private untilMs = 0
  private counters = new Map<string, Counter>()

  add(value: PerfStatValue): void {
    if (value.untilMs !== this.untilMs) this.finishInterval()
    this.untilMs = value.untilMs
    if (!value.supported) this.unsupported.add(value.event)
    const key = `${value.cpu ?? ''} ${value.event}`
    const known = this.counters.get(key)
    if (known === undefined) {
      const { event, cpu, unit, runningShare } = value
      this.counters.set(key, { event, cpu, value: value.value, unit, runningShare })
      return
    }
    if (value.value === null) return
    known.runningShare = known.value === null ? value.runningShare : Math.min(known.runningShare, value.runningShare)
    known.value = (known.value ?? 0) + value.value
  }

  /** Complete intervals since the last call; `final`: the last one is complete too. */
  take(final: boolean): CountersDelta['intervals'] {
    if (final) this.finishInterval()
    return this.done.splice(0)
  }

  private finishInterval(): void {
    const lengthMs = this.untilMs - this.fromMs
    if (this.counters.size > 0 && lengthMs > 0) {
      this.done.push({ atMs: this.fromMs, lengthMs, counters: [...this.counters.values()] })
      this.fromMs = this.untilMs
    }
    this.counters = new Map()
  }
}
