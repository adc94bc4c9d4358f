import { cx } from './class-names.ts'

/** Control characters as the symbols that stand for them, so that they are seen and do nothing. */
export function visibleText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
  return text.replace(/[\u0000-\u001f\u007f]/g, (c) => (c === '\u007f' ? '␡' : String.fromCodePoint(0x2400 + c.charCodeAt(0))))
}

export type HostTextProps = { text: string; className?: string | undefined; mono?: boolean; wrap?: boolean; title?: string }

/**
 * Text that came from a host: symbols, comm, labels, paths, tool messages. Hostile until shown otherwise: rendered as text alone,
 * isolated so that a direction override in it cannot reorder its neighbours, cut to its box with the whole of it in `title`.
 */
export function HostText({ text, className, mono = false, wrap = false, title }: HostTextProps) {
  const shown = visibleText(text)
  return (
    <bdi
      dir="auto"
      title={title ?? (wrap ? undefined : shown)}
      className={cx(
        wrap ? 'whitespace-pre-wrap wrap-anywhere' : 'inline-block max-w-full truncate align-bottom',
        mono && 'font-mono text-sm',
        className,
      )}
    >
      {shown}
    </bdi>
  )
}
