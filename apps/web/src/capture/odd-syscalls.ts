import type { CaptureSyscalls } from '@sonde/contract'
import { jensenShannonTerm, oddOnesOut, restOf, sharesOf, type Unit, type UnitDistance } from '@sonde/stats'

/** How far one host's system calls are from those of the others: which it makes, and how they end. */
export type OddSyscalls = {
  hostId: string
  hostName: string
  calls: number
  /** By syscall. */
  mix: UnitDistance
  /** By syscall and errno, calls that succeed being one. */
  errors: UnitDistance
  reasons: SyscallReason[]
}
/** `errno`: null for all calls of it. Shares are of all the host's calls, and the mean of those of the other hosts. */
export type SyscallReason = { syscall: string; errno: string | null; here: number; elsewhere: number }

/** What the others differ by is all that there is to go by, so there must be a few others. */
export const MIN_SYSCALL_HOSTS = 5
/** Of a host: with fewer calls a mix says little. */
export const MIN_CALLS = 200
const MAX_REASONS = 3
const LEAST_PART = 0.05
const SUCCESS = ''

/**
 * Calls come in bunches and are only added up, so chance cannot be told from them alone: what a host has to stand out from is how much
 * the others differ among themselves (`oddOnesOut`, unsliced). Fewer than five hosts with enough calls: none is judged.
 */
export function oddSyscalls(data: CaptureSyscalls): {
  hosts: OddSyscalls[]
  tooFew: { hostId: string; hostName: string; calls: number }[]
} {
  const hosts = data.hosts.map((host) => ({ ...host, calls: host.snapshot.rows.reduce((sum, row) => sum + row.calls, 0) }))
  const judged = hosts.filter((host) => host.calls >= MIN_CALLS)
  const tooFew = hosts.filter((host) => host.calls < MIN_CALLS).map(({ hostId, hostName, calls }) => ({ hostId, hostName, calls }))
  if (judged.length < MIN_SYSCALL_HOSTS) return { hosts: [], tooFew }
  const mix = compare(
    judged.map(({ snapshot }) => sums(snapshot.rows.map((row) => [row.name, row.calls]))),
    (syscall) => ({ syscall, errno: null }),
  )
  const errors = compare(
    judged.map(({ snapshot, calls }) => {
      const failed = snapshot.rows.flatMap((row) => row.errors.map(({ name, count }): [string, number] => [`${row.name} ${name}`, count]))
      const known = failed.reduce((sum, [, count]) => sum + count, 0)
      return sums([...failed, [SUCCESS, Math.max(0, calls - known)]])
    }),
    (key) => {
      const at = key.lastIndexOf(' ')
      return at < 0 ? null : { syscall: key.slice(0, at), errno: key.slice(at + 1) }
    },
  )
  return {
    hosts: judged.flatMap(({ hostId, hostName, calls }, h) => {
      const [ofMix, ofErrors] = [mix[h], errors[h]]
      if (!ofMix || !ofErrors) return []
      // Errnos first: a syscall that fails is more often made for it.
      return [{ hostId, hostName, calls, mix: ofMix.distance, errors: ofErrors.distance, reasons: [...ofErrors.reasons, ...ofMix.reasons] }]
    }),
    tooFew,
  }
}

function sums(pairs: readonly (readonly [string, number])[]): Map<string, number> {
  const map = new Map<string, number>()
  for (const [key, count] of pairs) map.set(key, (map.get(key) ?? 0) + count)
  return map
}

function compare(hosts: readonly Map<string, number>[], reasonOf: (key: string) => Pick<SyscallReason, 'syscall' | 'errno'> | null) {
  const keys = [...new Set(hosts.flatMap((host) => [...host.keys()]))]
  const parts = [0, keys.length]
  const units = hosts.map((host): Unit => {
    const weight = keys.map((key) => host.get(key) ?? 0)
    return { slices: [{ samples: weight.reduce((a, b) => a + b, 0), index: keys.map((_, i) => i), weight }] }
  })
  const shares = units.map((unit) => sharesOf(unit, parts))
  const rest = restOf(shares)
  return oddOnesOut(units, { parts, unsliced: true }).map((distance, h) => {
    const own = shares[h] ?? new Float64Array(keys.length)
    const others = rest.without([own])
    const reasons = keys
      .flatMap((key, i) => {
        const reason = reasonOf(key)
        const [here, elsewhere] = [own[i] ?? 0, others[i] ?? 0]
        return reason ? [{ ...reason, here, elsewhere, bits: jensenShannonTerm(here, elsewhere) }] : []
      })
      .filter(({ bits }) => bits > LEAST_PART * distance.distance)
      .sort((a, b) => b.bits - a.bits)
      .slice(0, MAX_REASONS)
      .map(({ bits: _, ...reason }): SyscallReason => reason)
    return { distance, reasons }
  })
}
