import { formatSelection, hostOfProcess, parseSelection, type Selection, selectionSchema } from '@sonde/contract'
import { CliError, EXIT } from './exit-codes.ts'

/**
 * A side of a comparison as people have it at hand: the id of a capture, the words of a comparison's link (`ID~h.HOST~w.0-5000`), or the
 * address of a capture's page, with the host, process and stretch of time that are selected there. Throws `usage`.
 */
export function readSelection(text: string): Selection {
  const selection = /^https?:/.test(text) && URL.canParse(text) ? ofPage(new URL(text)) : parseSelection(text)
  if (selection) return selection
  throw new CliError(EXIT.usage, `${JSON.stringify(text.slice(0, 200))} is no capture: give its id, or the address of its page`)
}

export const selectionText = (text: string): string => formatSelection(readSelection(text))

function ofPage({ pathname, searchParams }: URL): Selection | null {
  const [, capture] = /\/captures\/([^/]+)$/.exec(pathname) ?? []
  const process = searchParams.get('process') ?? ''
  const rest = searchParams.get('against') === 'rest'
  const parsed = selectionSchema.safeParse({
    capture,
    host: searchParams.get('host') || hostOfProcess(process),
    process: rest ? '' : process,
    window: searchParams.get('window') ?? '',
  })
  return parsed.success ? parsed.data : null
}
