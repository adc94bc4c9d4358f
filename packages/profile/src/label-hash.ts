/** A 64-bit hash in two halves: what names in links are made of. Links keep them, so none of this must ever change. */
export type Hash = { high: number; low: number }
export const ZERO_HASH: Hash = { high: 0, low: 0 }
/** Where every chain of steps begins. */
export const ROOT_HASH: Hash = { high: 0x811c9dc5, low: 0x9747b28c }

/** Two 32-bit FNV-1a-like hashes of the UTF-16 code units, with different primes and offsets. */
export function hashText(text: string): Hash {
  let high = 0x811c9dc5
  let low = 0x1b873593
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    high = Math.imul(high ^ unit, 0x01000193)
    low = Math.imul(low ^ unit, 0x5bd1e995)
    low ^= low >>> 15
  }
  return { high: high >>> 0, low: low >>> 0 }
}

/** The high half after one more frame; the halves of label and module are theirs. */
export function stepHigh(above: number, label: number, module: number, kind: number): number {
  let h = Math.imul(above ^ label, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13) ^ module, 0xc2b2ae35)
  h = Math.imul(h ^ (h >>> 16) ^ kind, 0x9e3779b1)
  return (h ^ (h >>> 15)) >>> 0
}

/** The low half after one more frame. */
export function stepLow(above: number, label: number, module: number, kind: number): number {
  let h = Math.imul(above + label, 0xcc9e2d51)
  h = Math.imul((h ^ (h >>> 15)) + module, 0x27d4eb2f)
  h = Math.imul((h ^ (h >>> 13)) + kind, 0x165667b1)
  return (h ^ (h >>> 16)) >>> 0
}

/** 14 letters and digits. */
export function formatKey(high: number, low: number): string {
  return high.toString(36).padStart(7, '0') + low.toString(36).padStart(7, '0')
}

/** The halves of a key as `formatKey` writes it; null for any other text. */
export function parseKey(key: string): Hash | null {
  if (!/^[0-9a-z]{14}$/.test(key)) return null
  return { high: Number.parseInt(key.slice(0, 7), 36), low: Number.parseInt(key.slice(7), 36) }
}
