import type { RuleHosts, RuleOutcome } from '@sonde/contract'
import { formatPlural, type Tone } from '@sonde/ui'

export const OUTCOME_TONES: Record<RuleOutcome, Tone> = { started: 'good', skipped: 'neutral', failed: 'bad' }

export const hostsWords = (hosts: RuleHosts): string =>
  hosts.by === 'search' ? hosts.search : formatPlural(hosts.hostIds.length, 'picked host')
