import type { HostView } from '@sonde/contract'
import { Badge, Explain } from '@sonde/ui'
import { CAPABILITY_WORDS, MAIN_CAPABILITIES, missingCapability } from './host-words.ts'

/** What the host cannot do, each with its reason and remedy; a host that can do everything says so in one word. */
export function CapabilityBadges({ host }: { host: HostView }) {
  const missing = MAIN_CAPABILITIES.flatMap((id) => {
    const why = missingCapability(host, id)
    return why ? [{ id, ...why }] : []
  })
  if (missing.length === 0)
    return (
      <Badge>
        <span aria-hidden className="text-good">
          ✓
        </span>
        every probe type
      </Badge>
    )
  return (
    <span className="inline-flex flex-wrap gap-1">
      {missing.map(({ id, reason, remedy }) => (
        <Explain
          key={id}
          what={reason}
          remedy={remedy}
          testId={`missing-${id}`}
          tone={id === 'stacks' || id === 'syscalls' ? 'warn' : 'neutral'}
        >
          <span aria-hidden>✕</span> no {CAPABILITY_WORDS[id].name}
        </Explain>
      ))}
    </span>
  )
}
