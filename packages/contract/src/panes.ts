/**
 * What the capture page can show, each in a pane of its own. Which of them a capture has something for, and how they look, is the web
 * app's to say; the names stand in links and keep their meaning.
 */
export const PANES = [
  'flame',
  'offcpu',
  'functions',
  'sandwich',
  'heat',
  'syscalls',
  'latency',
  'counts',
  'events',
  'counters',
  'hosts',
  'odd',
] as const
export type PaneName = (typeof PANES)[number]

/** Panes that stand side by side at most: more are too small to be read. */
export const MAX_PANES = 3

const isPaneName = (text: string): text is PaneName => (PANES as readonly string[]).includes(text)

/**
 * The `panes` of a link, comma-separated → names, in order. What is no name, stands twice or is beyond the third is left out: a link of
 * a newer version still shows what this one knows. Empty: what the capture recorded.
 */
export function parsePanes(text: string): PaneName[] {
  return [...new Set(text.split(',').filter(isPaneName))].slice(0, MAX_PANES)
}

export const formatPanes = (panes: readonly PaneName[]): string => panes.join(',')
