/**
 * Bytes of a text file: UTF-8 or, with a byte order mark, UTF-16 of either order. What is no UTF-8 becomes U+FFFD, and a note says so.
 */
export function decodeText(bytes: Uint8Array): { text: string; notes: string[] } {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), notes: [] }
  if (first === 0xfe && second === 0xff) return { text: new TextDecoder('utf-16le').decode(swapPairs(bytes)), notes: [] }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), notes: [] }
  } catch {
    return { text: new TextDecoder('utf-8').decode(bytes), notes: ['Not all of it is UTF-8: what is not shows as �'] }
  }
}

/** Big-endian UTF-16 as little-endian: not every runtime's TextDecoder knows the former. */
function swapPairs(bytes: Uint8Array): Uint8Array {
  const swapped = bytes.slice(0, bytes.length - (bytes.length % 2))
  for (let i = 0; i + 1 < swapped.length; i += 2) {
    swapped[i] = bytes[i + 1] ?? 0
    swapped[i + 1] = bytes[i] ?? 0
  }
  return swapped
}
