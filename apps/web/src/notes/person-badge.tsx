import type { NamedPerson } from '@sonde/contract'
import { cx, SERIES_COUNT, seriesColor, visibleText } from '@sonde/ui'

/** First letters of the first and last word of a name. */
export function initialsOf(name: string): string {
  const words = name.replace(/\p{C}/gu, '').split(/\s+/).filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '')
  return letters.join('').toUpperCase() || '?'
}

/** Always the same for one person. */
export function personColor(id: string): string {
  let hash = 0
  for (const c of id) hash = (Math.imul(hash, 31) + (c.codePointAt(0) ?? 0)) >>> 0
  return seriesColor(hash % SERIES_COUNT)
}

/** Somebody in two letters. `label`: what it says, where their name does not stand beside it. */
export function PersonBadge({ person, label, className }: { person: NamedPerson; label?: string | undefined; className?: string }) {
  const color = personColor(person.id)
  return (
    <span
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': visibleText(label), title: visibleText(label) })}
      className={cx(
        'inline-flex size-6 shrink-0 select-none items-center justify-center overflow-hidden rounded-full border font-medium text-ink text-xs',
        className,
      )}
      style={{ borderColor: color, background: `color-mix(in srgb, ${color} 22%, var(--surface))` }}
    >
      <bdi>{initialsOf(person.name)}</bdi>
    </span>
  )
}
