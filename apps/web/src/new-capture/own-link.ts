import * as z from 'zod'
import { emptyDraft, type InstrumentDraft, instrumentDraftSchema } from './instrument-draft.ts'

/**
 * Instruments in a link: `2.` and base64url of a JSON list, fields at their default left out. The number is the version of
 * `instrumentDraftSchema`; a link of another version, or one that is damaged, gives null and the form starts empty.
 */
const PREFIX = '2.'
const MAX_LENGTH = 16_000
const listSchema = z.array(instrumentDraftSchema).max(7)

function withoutDefaults(draft: InstrumentDraft): Record<string, unknown> {
  const defaults: Record<string, unknown> = emptyDraft(draft.collector)
  const kept = Object.entries(draft).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]))
  return { collector: draft.collector, ...Object.fromEntries(kept) }
}

export function formatOwn(drafts: readonly InstrumentDraft[]): string {
  const bytes = new TextEncoder().encode(JSON.stringify(drafts.map(withoutDefaults)))
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return PREFIX + base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

export function parseOwn(text: string): InstrumentDraft[] | null {
  if (!text.startsWith(PREFIX) || text.length > MAX_LENGTH) return null
  try {
    const binary = atob(text.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/'))
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))))
    const list = listSchema.safeParse(json)
    if (!list.success) return null
    return new Set(list.data.map((draft) => draft.collector)).size === list.data.length ? list.data : null
  } catch {
    return null // not base64, not UTF-8 or not JSON
  }
}
