/**
 * Text out of bpftrace's JSON, as it was. 0.17 writes a byte of 0x80 and above as `\uffffffXX`, a character U+FFFF (which no text has)
 * and then `ff` and its two digits: put together again and read as UTF-8, bytes that are none become U+FFFD. Later versions write such
 * bytes as they are. A text that fills the `room` that it had, its NUL included, was cut: it gets an ellipsis.
 */
export function hostText(text: string, room: number): string {
  if (!text.includes('\uffff')) return Buffer.byteLength(text) >= room - 1 ? `${text}…` : text
  const bytes: Buffer[] = []
  let at = 0
  for (const match of text.matchAll(/\uffffff([89a-f][0-9a-f])/g)) {
    bytes.push(Buffer.from(text.slice(at, match.index)), Buffer.from([Number.parseInt(match[1] ?? '', 16)]))
    at = match.index + match[0].length
  }
  bytes.push(Buffer.from(text.slice(at)))
  const whole = Buffer.concat(bytes)
  return `${whole.toString('utf8')}${whole.length >= room - 1 ? '…' : ''}`
}
