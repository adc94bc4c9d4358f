import type { ProbeHit } from '@sonde/contract'
import { HostText } from '@sonde/ui'

type Coverage = Pick<ProbeHit, 'onHosts' | 'missing'>

/** "on 37 of 40 hosts", or what it says with one host: nothing where it is there. */
export function coverageWords({ onHosts }: Pick<Coverage, 'onHosts'>, hostCount: number): string {
  if (hostCount === 1) return onHosts === 1 ? '' : 'not possible on this host'
  if (onHosts === hostCount) return `on all ${hostCount} hosts`
  if (onHosts === 0) return `on none of ${hostCount} hosts`
  return `on ${onHosts} of ${hostCount} hosts`
}

/** Which hosts do not have the probe, and why: hosts with the same reason together. */
export function MissingHosts({ missing, onHosts, hostCount }: Coverage & { hostCount: number }) {
  if (missing.length === 0) return null
  const byReason = new Map<string, string[]>()
  for (const { hostName, reason } of missing) byReason.set(reason, [...(byReason.get(reason) ?? []), hostName])
  const unnamed = hostCount - onHosts - missing.length
  return (
    <ul className="flex flex-col gap-0.5 text-sm text-warn">
      {[...byReason].map(([reason, names]) => (
        <li key={reason}>
          missing on <HostText text={names.slice(0, 3).join(', ')} title={names.join('\n')} className="max-w-60" />
          {names.length > 3 ? ` and ${names.length - 3} more` : ''}: <HostText wrap text={reason} />
        </li>
      ))}
      {unnamed > 0 ? <li>and on {unnamed} more</li> : null}
    </ul>
  )
}
