/** What a comment and its pin may hold. In a file without schemas, for pages. */
export const COMMENT_LIMITS = {
  /** Characters of the text. */
  text: 10_000,
  /** People that one comment can mention. */
  mentions: 50,
  /** Comments of one capture, deleted ones included. */
  ofCapture: 2_000,
  /** Frames of a pinned path, and characters of the name of each; a longer path keeps its innermost ones and says how many it left out. */
  labels: 512,
  label: 500,
  /** Characters of a pin as JSON. */
  pin: 32_768,
  /** Characters of all names of a pinned path, so that the pin has room for the rest. */
  path: 20_000,
  /** Characters of the query that leads back to a pinned view. */
  view: 4_000,
} as const

/** A page says every so often that it is still looked at; one that has not for longer than the second is gone, ms. */
export const PRESENCE_BEAT_MS = 15_000
export const PRESENCE_GONE_MS = 30_000
