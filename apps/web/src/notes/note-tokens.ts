/** A piece of a note's text. `view`: a link to a view of the capture that the note is on. `page`: a link to another page of Sonde. */
export type NoteToken =
  | { type: 'text' | 'code'; text: string }
  | { type: 'mention'; id: string }
  | { type: 'view'; query: string }
  | { type: 'page'; href: string }
  | { type: 'link'; href: string }

const PIECE = /`([^`\n]+)`|@\[([A-Za-z0-9_-]{1,64})\]|(https?:\/\/[^\s<>"`]+)/g
/** What no address that is meant to be read holds: controls, direction overrides, halves of surrogate pairs. */
const UNSEEN = /\p{C}/u

/**
 * A note's text in pieces: code between backticks, mentions, addresses that begin with http:// or https://. Anything else, and whatever
 * only looks like one of these, is text. The texts and addresses are hostile, and only ever rendered as text.
 */
export function noteTokens(text: string, here: { origin: string; captureId: string }): NoteToken[] {
  const tokens: NoteToken[] = []
  const say = (plain: string) => {
    const last = tokens.at(-1)
    if (plain === '') return
    if (last?.type === 'text') last.text += plain
    else tokens.push({ type: 'text', text: plain })
  }
  let from = 0
  for (const match of text.matchAll(PIECE)) {
    const [whole, code, mention, address] = match
    say(text.slice(from, match.index))
    from = match.index + whole.length
    if (code !== undefined) tokens.push({ type: 'code', text: code })
    else if (mention !== undefined) tokens.push({ type: 'mention', id: mention })
    else {
      const end = endOfAddress(address ?? '')
      const link = linkOf((address ?? '').slice(0, end), here)
      if (link) tokens.push(link)
      say((address ?? '').slice(link ? end : 0))
    }
  }
  say(text.slice(from))
  return tokens
}

/** Without the punctuation of the sentence around it; a closing bracket belongs to the address if it was opened in it. */
function endOfAddress(address: string): number {
  const opened = [...address].filter((c) => c === '(').length
  let closed = [...address].filter((c) => c === ')').length
  let end = address.length
  for (; end > 0; end--) {
    const last = address[end - 1] ?? ''
    if (last === ')' && closed > opened) closed--
    else if (!".,;:!?'*_]}".includes(last)) break
  }
  return end
}

function linkOf(address: string, { origin, captureId }: { origin: string; captureId: string }): NoteToken | null {
  if (UNSEEN.test(address) || !URL.canParse(address)) return null
  const url = new URL(address)
  // `https://bank.example@evil.example` says one thing and goes to another.
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null
  if (url.origin !== origin) return { type: 'link', href: url.href }
  if (url.pathname === `/captures/${captureId}`) return { type: 'view', query: url.search.slice(1) }
  return { type: 'page', href: `${url.pathname}${url.search}${url.hash}` }
}

/** An address as a reader sees it: host and end, which say most, are kept. */
export function shortAddress(href: string, longest = 80): string {
  const tail = Math.floor(longest / 3)
  return href.length <= longest ? href : `${href.slice(0, longest - tail - 1)}…${href.slice(-tail)}`
}
