import { formatPlural, HostText } from '@sonde/ui'
import type { HostFit } from '../hosts/host-fit.ts'

/** Why some hosts cannot run something: each reason once, with its hosts and what would help. */
export function ObstacleList({ fit, className }: { fit: HostFit; className?: string }) {
  if (fit.obstacles.length === 0) return null
  return (
    <ul className={className}>
      {fit.obstacles.map((obstacle) => (
        <li key={obstacle.reason}>
          <span className="text-warn">
            {fit.total > 1 ? (
              <span title={obstacle.hostNames.slice(0, 50).join('\n')}>
                {obstacle.hostNames.length === 1 ? (
                  <HostText text={obstacle.hostNames[0] ?? ''} />
                ) : (
                  `${formatPlural(obstacle.hostNames.length, 'host')} of ${fit.total}`
                )}
                {': '}
              </span>
            ) : (
              'Not on this host: '
            )}
            <HostText wrap text={obstacle.reason} />
          </span>{' '}
          {obstacle.remedy ? <HostText wrap text={obstacle.remedy} className="text-ink-2" /> : null}
        </li>
      ))}
    </ul>
  )
}
