import type { IncidentSummary } from '@sonde/contract'
import { formatPlural } from '@sonde/ui'

/** "2 captures, 1 comparison, 3 notes": what is in an incident; "nothing yet". */
export function contentWords({ captures, comparisons, notes }: Pick<IncidentSummary, 'captures' | 'comparisons' | 'notes'>): string {
  const parts = [
    captures > 0 ? formatPlural(captures, 'capture') : '',
    comparisons > 0 ? formatPlural(comparisons, 'comparison') : '',
    notes > 0 ? formatPlural(notes, 'note') : '',
  ]
  return parts.filter(Boolean).join(', ') || 'nothing yet'
}

/** A moment as the browser's own field for it takes it, in the zone of whoever looks. */
export function localMoment(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/** What such a field holds; null for what is no moment. */
export function momentOf(text: string): Date | null {
  const date = new Date(text)
  return text === '' || Number.isNaN(date.getTime()) ? null : date
}
