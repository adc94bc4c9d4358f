import { type CommentPin, commentPinSchema } from '@sonde/contract'

export type NoteDraft = { text: string; pin: CommentPin | null }

const keyOf = (captureId: string, of: string): string => `sonde.note.${captureId}.${of}`

/** What was being written when the page was left; `of`: `new`, or the note that is answered or edited. Of this tab alone. */
export function readDraft(captureId: string, of: string): NoteDraft | null {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(keyOf(captureId, of)) ?? 'null')
    if (typeof stored !== 'object' || stored === null || !('text' in stored) || typeof stored.text !== 'string') return null
    const pin = 'pin' in stored ? commentPinSchema.safeParse(stored.pin) : null
    return { text: stored.text, pin: pin?.success ? pin.data : null }
  } catch {
    return null // no storage here, or not ours
  }
}

export function writeDraft(captureId: string, of: string, draft: NoteDraft): void {
  try {
    if (draft.text.trim() === '') sessionStorage.removeItem(keyOf(captureId, of))
    else sessionStorage.setItem(keyOf(captureId, of), JSON.stringify(draft))
  } catch {
    // Full, or not allowed: the draft lives as long as the page.
  }
}
