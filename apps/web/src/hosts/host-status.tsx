import type { HostView } from '@sonde/contract'
import { StateDot, TimeAgo } from '@sonde/ui'

export function HostStatus({ host }: { host: Pick<HostView, 'online' | 'lastSeenAt'> }) {
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <StateDot kind={host.online ? 'good' : 'hollow'} />
      {host.online ? (
        'online'
      ) : host.lastSeenAt ? (
        <TimeAgo date={host.lastSeenAt} className="text-ink-2" />
      ) : (
        <span className="text-ink-2">never seen</span>
      )}
    </span>
  )
}
