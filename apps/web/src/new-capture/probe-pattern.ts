import { type BinaryRef, type EventProbe, eventProbeSchema, type ProbeKind } from '@sonde/contract'

/**
 * A search with `*` in it as a probe by itself: all that it fits, `vfs_*` or `block:block_rq_*`. Null where it is no such pattern, or
 * where it does not say what kind of probe is meant.
 */
export function patternProbe(text: string, kind: ProbeKind | 'all', binary: BinaryRef | null): EventProbe | null {
  const pattern = text.trim()
  // Nothing but stars would be every probe there is.
  if (!pattern.includes('*') || !/[A-Za-z0-9]/.test(pattern)) return null
  const [, before, after] = /^([^:]+):(.+)$/.exec(pattern) ?? []
  return eventProbeSchema.safeParse(shapeOf(kind, pattern, before, after, binary)).data ?? null
}

function shapeOf(
  kind: ProbeKind | 'all',
  pattern: string,
  before: string | undefined,
  after: string | undefined,
  binary: BinaryRef | null,
) {
  switch (kind) {
    case 'all':
      return before === undefined ? { kind: 'kprobe', function: pattern } : { kind: 'tracepoint', category: before, name: after }
    case 'tracepoint':
      return { kind, category: before, name: after }
    case 'kprobe':
      return { kind, function: pattern }
    case 'uprobe':
      return { kind, function: pattern, binary }
    case 'usdt':
      return { kind, provider: before, name: after, binary }
    case 'pmu':
      return null
  }
}

/** The same search as words, since names are searched by words: `vfs_*read` → `vfs_ read`. */
export const withoutStars = (text: string): string => text.replaceAll('*', ' ').trim()
