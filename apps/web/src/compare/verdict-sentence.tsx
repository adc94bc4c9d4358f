import { HostText } from '@sonde/ui'

/** A sentence of a verdict. Names stand between grave accents, of which they hold none themselves (comparison-sentences.ts of packages/domain). */
export function VerdictSentence({ text }: { text: string }) {
  return text.split('`').map((part, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, never reordered
    <HostText key={at} text={part} wrap mono={at % 2 === 1} className={at % 2 === 1 ? 'font-medium' : undefined} />
  ))
}
