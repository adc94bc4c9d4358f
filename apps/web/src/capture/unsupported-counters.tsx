import { formatPlural, HostText } from '@sonde/ui'

type Unsupported = { event: string; reason: string; hostName: string }

/** What hosts could not count, and why: the same reason once. */
export function UnsupportedCounters({ list, manyHosts }: { list: readonly Unsupported[]; manyHosts: boolean }) {
  const byReason = new Map<string, Unsupported & { hosts: string[] }>()
  for (const one of list) {
    const key = JSON.stringify([one.event, one.reason])
    const known = byReason.get(key)
    if (known) known.hosts.push(one.hostName)
    else byReason.set(key, { ...one, hosts: [one.hostName] })
  }
  return (
    <details className="max-h-[40%] shrink-0 overflow-auto border-line border-t px-3 py-1.5 text-sm" data-testid="counters-unsupported">
      <summary className="text-warn">{formatPlural(byReason.size, 'counter')} could not be counted</summary>
      <ul className="pt-1 text-ink-2">
        {[...byReason.values()].slice(0, 40).map((one) => (
          <li key={`${one.event} ${one.reason}`}>
            <HostText text={one.event} mono />
            {manyHosts ? (
              <>
                {' '}
                on <HostText text={one.hosts.length > 3 ? `${one.hosts.length} hosts` : one.hosts.join(', ')} />
              </>
            ) : null}
            : <HostText text={one.reason} wrap />
          </li>
        ))}
      </ul>
    </details>
  )
}
