import type { CommentPin } from '@sonde/contract'
import { formatMoments } from '@sonde/ui'

export type PinWords = {
  /** What it is: a name out of the data, or a stretch of time. */
  name: string
  isMono: boolean
  where: string
  /** All that is known of it, outermost first. */
  path: string[]
}

/** What a note is on, in words; null for the whole capture. */
export function pinWords(pin: CommentPin, spanMs: number): PinWords | null {
  switch (pin.on) {
    case 'capture':
      return null
    case 'frame': {
      const groups = pin.groups.map((group) => group.label)
      const left = pin.leftOut > 0 ? [`… ${pin.leftOut} more`] : []
      const graph = pin.of === 'offcpu' ? 'off-CPU flame graph' : 'flame graph'
      return {
        name: pin.labels.at(-1) ?? groups.at(-1) ?? '',
        isMono: pin.labels.length > 0,
        where: [pin.labels.length > 0 ? groups.at(-1) : undefined, pin.invert ? `${graph}, inverted` : graph].filter(Boolean).join(' · '),
        path: [...(pin.host !== '' && pin.groups[0]?.kind !== 'host' ? [pin.host] : []), ...groups, ...left, ...pin.labels],
      }
    }
    case 'syscall': {
      const where = pin.process === '' ? 'all processes' : `${pin.comm} ${pin.process.slice(pin.process.lastIndexOf(':') + 1)}`
      return { name: pin.name, isMono: true, where: `${where}${pin.host === '' ? '' : ` on ${pin.host}`}`, path: [] }
    }
    case 'window':
      return { name: formatMoments(pin.fromMs, pin.toMs, spanMs), isMono: false, where: 'of the capture', path: [] }
  }
}

/** Query of the view that a pin leads to; '' for the whole capture. */
export function viewOfPin(pin: CommentPin): string {
  if (pin.on === 'capture') return ''
  if (pin.on !== 'window') return pin.view
  const query = new URLSearchParams(pin.view)
  query.set('window', `${pin.fromMs}-${pin.toMs}`)
  return query.toString()
}

/** Both are on the very same thing. */
export function isSamePin(a: CommentPin, b: CommentPin): boolean {
  if (a.on === 'frame' && b.on === 'frame')
    return a.of === b.of && a.path === b.path && a.invert === b.invert && JSON.stringify(a.groups) === JSON.stringify(b.groups)
  if (a.on === 'syscall' && b.on === 'syscall') return a.process === b.process && a.nr === b.nr && a.name === b.name
  if (a.on === 'window' && b.on === 'window') return a.fromMs === b.fromMs && a.toMs === b.toMs
  return a.on === b.on
}
