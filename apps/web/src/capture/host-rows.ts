import type { CaptureSyscalls, CaptureView, HOST_SORTS, HostView, TargetView } from '@sonde/contract'
import type { HostTotals } from '@sonde/profile'

export type HostSort = (typeof HOST_SORTS)[number]

/** What one host of a capture recorded. Null: nobody recorded it, or the host had nothing. */
export type HostRow = {
  target: TargetView
  /** Absent where it is not enrolled any more, or known from a file alone. */
  host: HostView | undefined
  /** In the selected time, in the unit of the profile, and its share of all hosts. */
  cpu: Amount | null
  waits: Amount | null
  calls: Amount | null
  /** Calls a second of the time that was watched, and the share that failed. */
  callRate: number | null
  errorShare: number | null
  hits: number | null
  /** Samples, calls and events that were lost, and how often the kernel throttled. */
  lost: number
  throttled: number
}
export type Amount = { weight: number; count: number; share: number }

export type HostSources = {
  hosts: readonly HostView[]
  profile: HostTotals | undefined
  offcpu: HostTotals | undefined
  syscalls: CaptureSyscalls | undefined
}

/** A row for each host of the capture, whatever it recorded. */
export function hostRows({ targets }: Pick<CaptureView, 'targets'>, { hosts, profile, offcpu, syscalls }: HostSources): HostRow[] {
  const views = new Map(hosts.map((host) => [host.id, host]))
  const cpu = amounts(profile?.hosts.map(({ id, weight, count }) => ({ id, weight, count })))
  const waits = amounts(offcpu?.hosts.map(({ id, weight, count }) => ({ id, weight, count })))
  const callsOf = syscalls?.hosts.map(({ hostId, snapshot }) => {
    const count = snapshot.rows.reduce((sum, row) => sum + row.calls, 0)
    const failed = snapshot.rows.reduce((sum, row) => row.errors.reduce((s, error) => s + error.count, sum), 0)
    return { id: hostId, weight: count, count, failed, seconds: snapshot.elapsedMs / 1_000 }
  })
  const calls = amounts(callsOf)
  return targets.map((target): HostRow => {
    const own = callsOf?.find(({ id }) => id === target.hostId)
    const { quality } = target
    return {
      target,
      host: views.get(target.hostId),
      cpu: cpu.get(target.hostId) ?? null,
      waits: waits.get(target.hostId) ?? null,
      calls: calls.get(target.hostId) ?? null,
      callRate: own && own.seconds > 0 ? own.count / own.seconds : null,
      errorShare: own && own.count > 0 ? own.failed / own.count : null,
      hits: quality ? quality.hits : null,
      lost: quality ? quality.lostSamples + quality.lostSyscalls + quality.lostEvents : 0,
      throttled: quality?.throttled ?? 0,
    }
  })
}

function amounts(parts: readonly { id: string; weight: number; count: number }[] | undefined): Map<string, Amount> {
  const all = parts?.reduce((sum, part) => sum + part.weight, 0) ?? 0
  return new Map(parts?.map(({ id, weight, count }) => [id, { weight, count, share: all > 0 ? weight / all : 0 }]))
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const textOf: Partial<Record<HostSort, (row: HostRow) => string>> = {
  host: ({ target }) => target.hostName,
  state: ({ target }) => target.state,
  kernel: ({ host }) => host?.facts.kernel ?? '',
}
const numberOf: Partial<Record<HostSort, (row: HostRow) => number | null>> = {
  cpu: ({ cpu }) => cpu?.weight ?? null,
  waits: ({ waits }) => waits?.weight ?? null,
  calls: ({ calls }) => calls?.weight ?? null,
  rate: ({ callRate }) => callRate,
  errors: ({ errorShare }) => errorShare,
  hits: ({ hits }) => hits,
  recorded: ({ target }) => target.recordedMs,
  lost: ({ lost, throttled }) => lost + throttled,
  cpus: ({ host }) => host?.facts.cpuCount ?? null,
}

/** In the order asked for, ties by name; hosts without a value come last either way. */
export function sortHosts(rows: readonly HostRow[], sort: HostSort, dir: 'asc' | 'desc'): HostRow[] {
  const sign = dir === 'asc' ? 1 : -1
  const ties = (a: HostRow, b: HostRow) => byText(a.target.hostName, b.target.hostName) || byText(a.target.hostId, b.target.hostId)
  const text = textOf[sort]
  if (text) return [...rows].sort((a, b) => sign * byText(text(a), text(b)) || ties(a, b))
  const number = numberOf[sort] ?? (() => null)
  return [...rows].sort((a, b) => {
    const [x, y] = [number(a), number(b)]
    if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0) || ties(a, b)
    return sign * (x - y) || ties(a, b)
  })
}

export const firstHostDirection = (sort: HostSort): 'asc' | 'desc' => (textOf[sort] ? 'asc' : 'desc')
