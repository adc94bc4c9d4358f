import type { HostView } from '@sonde/contract'
import { Badge, Explain } from '@sonde/ui'
import { CAPABILITY_WORDS, MAIN_CAPABILITIES, missingCapability } from './host-words.ts'

/** What of today's recipes the host can run; what it cannot explains itself. */
export function CapabilityBadges({ host }: { host: HostView }) {
  return (
    <span className="inline-flex flex-nowrap gap-1">
      {MAIN_CAPABILITIES.map((id) => {
        const missing = missingCapability(host, id)
        if (!missing) {
          return (
            <Badge key={id}>
              <span aria-hidden className="text-good">
                ✓
              </span>
              {CAPABILITY_WORDS[id].name}
            </Badge>
          )
        }
        return (
          <Explain key={id} what={missing.reason} remedy={missing.remedy} testId={`missing-${id}`}>
            <span aria-hidden>✕</span> no {CAPABILITY_WORDS[id].name}
          </Explain>
        )
      })}
    </span>
  )
}
