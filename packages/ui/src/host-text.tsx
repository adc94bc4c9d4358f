import { cx } from './class-names.ts'

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' }

/**
 * Characters that do something instead of showing something (controls, direction overrides, invisible separators), written out as
 * a C string would have them: seen, and without effect. `keepLines` leaves line breaks and tabs alone.
 */
export function visibleText(text: string, keepLines = false): string {
  return text.replace(/[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu, (c) => {
    if (keepLines && (c === '\n' || c === '\t')) return c
    return SHORT[c] ?? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

export type HostTextProps = { text: string; className?: string | undefined; mono?: boolean; wrap?: boolean; title?: string }

/**
 * Text that came from a host: symbols, comm, labels, paths, tool messages. Hostile until shown otherwise: rendered as text alone,
 * isolated so that a direction override in it cannot reorder its neighbours, cut to its box with the whole of it in `title`.
 */
export function HostText({ text, className, mono = false, wrap = false, title }: HostTextProps) {
  const shown = visibleText(text, wrap)
  return (
    <bdi
      dir="auto"
      title={title ?? (wrap ? undefined : shown)}
      className={cx(
        wrap ? 'whitespace-pre-wrap wrap-anywhere' : 'inline-block max-w-full truncate align-bottom',
        mono && 'font-mono text-[12px] leading-[inherit]',
        className,
      )}
    >
      {shown}
    </bdi>
  )
}
