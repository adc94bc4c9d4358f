import type { ProbeSearchResult } from '@sonde/contract'
import { formatPlural, HostText } from '@sonde/ui'

const SHOWN = 4

/** The hosts that the answer knows nothing of, and why; nothing where all were searched. */
export function FinderHosts({ hosts }: { hosts: ProbeSearchResult['hosts'] }) {
  const waiting = hosts.filter((host) => host.state !== 'ready')
  if (waiting.length === 0) return null
  return (
    <ul className="flex flex-col gap-0.5 text-sm" aria-label="Hosts that were not searched">
      {waiting.slice(0, SHOWN).map((host) => (
        <li key={host.hostId} className={host.state === 'building' ? 'text-ink-2' : 'text-warn'}>
          <HostText text={host.hostName} />:{' '}
          <HostText
            wrap
            text={
              host.message ??
              (host.state === 'building'
                ? 'its agent is still reading what it offers; this list fills by itself.'
                : 'it could not be searched.')
            }
          />
        </li>
      ))}
      {waiting.length > SHOWN ? <li className="text-ink-2">and {formatPlural(waiting.length - SHOWN, 'more', 'more')}</li> : null}
    </ul>
  )
}
