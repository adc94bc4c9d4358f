import type { CaptureSummary, CaptureView } from '@sonde/contract'

/** What a comparison needs to know of a capture to say how alike it is to another. */
export type Comparable = Pick<CaptureSummary, 'id' | 'spec' | 'source' | 'createdAt'> & { hosts: readonly { id: string }[] }

export const comparableOf = (capture: CaptureView): Comparable => ({
  ...capture,
  hosts: capture.targets.map((target) => ({ id: target.hostId })),
})

/** What two captures have in common, the most first. */
export const KINSHIPS = ['same', 'spec', 'hosts', 'none'] as const
export type Kinship = (typeof KINSHIPS)[number]

export const KINSHIP_WORDS: Record<Kinship, string> = {
  same: 'same instruments and hosts',
  spec: 'same instruments, other hosts',
  hosts: 'same hosts, other instruments',
  none: 'other instruments and hosts',
}

/** What is recorded and of whom, whatever it is called and however long it took. */
const specKey = ({ spec, source }: Comparable): string =>
  JSON.stringify([source === null ? '' : source.format, spec.instruments, spec.filter ?? null, spec.uid ?? null])

const hostsKey = ({ hosts }: Comparable): string =>
  hosts
    .map((host) => host.id)
    .sort()
    .join(' ')

export function kinship(a: Comparable, b: Comparable): Kinship {
  const spec = specKey(a) === specKey(b)
  const hosts = hostsKey(a) === hostsKey(b)
  return spec ? (hosts ? 'same' : 'spec') : hosts ? 'hosts' : 'none'
}

/**
 * What to offer beside a capture that was chosen: the most alike first, of those the earlier ones (what was before is what it is compared
 * with), the nearest in time first. Without the capture itself.
 */
export function alikeFirst<Capture extends Comparable>(
  captures: readonly Capture[],
  chosen: Comparable,
): { capture: Capture; kinship: Kinship }[] {
  const at = chosen.createdAt.getTime()
  const ranked = captures
    .filter((capture) => capture.id !== chosen.id)
    .map((capture) => ({ capture, kinship: kinship(capture, chosen), byMs: at - capture.createdAt.getTime() }))
  ranked.sort(
    (x, y) =>
      KINSHIPS.indexOf(x.kinship) - KINSHIPS.indexOf(y.kinship) ||
      Number(x.byMs < 0) - Number(y.byMs < 0) ||
      Math.abs(x.byMs) - Math.abs(y.byMs),
  )
  return ranked.map(({ capture, kinship: of }) => ({ capture, kinship: of }))
}

/** Captures that recorded the same on the same hosts, each with the one before it; the newest pair first. */
export function pairsOf<Capture extends Comparable>(captures: readonly Capture[], limit: number): { a: Capture; b: Capture }[] {
  const newestFirst = [...captures].sort((x, y) => y.createdAt.getTime() - x.createdAt.getTime())
  const later = new Map<string, Capture>()
  const pairs: { a: Capture; b: Capture }[] = []
  for (const capture of newestFirst) {
    const key = `${specKey(capture)} ${hostsKey(capture)}`
    const b = later.get(key)
    if (b) pairs.push({ a: capture, b })
    later.set(key, capture)
  }
  return pairs.sort((x, y) => y.b.createdAt.getTime() - x.b.createdAt.getTime()).slice(0, limit)
}
