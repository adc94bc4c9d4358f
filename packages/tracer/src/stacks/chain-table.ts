/**
 * Every distinct raw callchain once: the words as the kernel wrote them, together with the address spaces they are in.
 * Most samples repeat a chain that is already known and then cost one hash over its words.
 *
 *   words   [lo hi lo hi …] of all chains, one after the other       a chain's run: wordsAt[c] .. wordsAt[c + 1]
 *   entries address-table indexes, innermost first                   a chain's run: entriesAt[c] .. entriesAt[c + 1]
 */
export class ChainTable {
  length = 0
  private words = new Uint32Array(1 << 14)
  private wordsEnd = 0
  private wordsAt = new Uint32Array(1024)
  private userSpace = new Uint32Array(1024)
  private kernelSpace = new Uint32Array(1024)
  private hashes = new Int32Array(1024)
  private entries = new Int32Array(1 << 13)
  private entriesEnd = 0
  private entriesAt = new Uint32Array(1024)
  private slots = new Int32Array(4096).fill(-1)
  private lastHash = 0
  private lastSlot = 0

  /** The chain's index, or -1: then `add` it, with the same arguments and before any other call. `from`/`to` count 32-bit words. */
  find(userSpace: number, kernelSpace: number, source: Uint32Array, from: number, to: number): number {
    let h = Math.imul(userSpace + 1, 0x9e3779b1) ^ Math.imul(kernelSpace + 1, 0x85ebca6b)
    for (let i = from; i < to; i++) h = Math.imul(h ^ (source[i] ?? 0), 0x01000193) ^ (h >>> 15)
    h ^= h >>> 16
    const mask = this.slots.length - 1
    let slot = h & mask
    for (;;) {
      const chain = this.slots[slot] ?? -1
      if (chain < 0) break
      if (this.hashes[chain] === h && this.userSpace[chain] === userSpace && this.kernelSpace[chain] === kernelSpace) {
        if (this.sameWords(chain, source, from, to)) return chain
      }
      slot = (slot + 1) & mask
    }
    this.lastHash = h
    this.lastSlot = slot
    return -1
  }

  /** Appends the chain that `find` has just not found. `entries`: its addresses, `count` of them. */
  add(userSpace: number, kernelSpace: number, source: Uint32Array, from: number, to: number, entries: Int32Array, count: number): number {
    const chain = this.length++
    if (chain + 1 >= this.wordsAt.length) this.growRows()
    const wordCount = to - from
    while (this.wordsEnd + wordCount > this.words.length) this.words = enlarged(this.words, new Uint32Array(this.words.length * 2))
    while (this.entriesEnd + count > this.entries.length) this.entries = enlarged(this.entries, new Int32Array(this.entries.length * 2))
    this.words.set(source.subarray(from, to), this.wordsEnd)
    this.entries.set(entries.subarray(0, count), this.entriesEnd)
    this.wordsEnd += wordCount
    this.entriesEnd += count
    this.wordsAt[chain + 1] = this.wordsEnd
    this.entriesAt[chain + 1] = this.entriesEnd
    this.userSpace[chain] = userSpace
    this.kernelSpace[chain] = kernelSpace
    this.hashes[chain] = this.lastHash
    this.slots[this.lastSlot] = chain
    if (this.length * 2 > this.slots.length) this.rehash()
    return chain
  }

  /** How many addresses a chain has. */
  depthOf(chain: number): number {
    return (this.entriesAt[chain + 1] ?? 0) - (this.entriesAt[chain] ?? 0)
  }

  /** Addresses of a chain, innermost first; a view, valid until the next `add`. */
  entriesOf(chain: number): Int32Array {
    return this.entries.subarray(this.entriesAt[chain] ?? 0, this.entriesAt[chain + 1] ?? 0)
  }

  /** Bytes that the table holds. */
  get sizeBytes(): number {
    return this.words.byteLength + this.entries.byteLength + this.wordsAt.byteLength * 5 + this.slots.byteLength
  }

  private sameWords(chain: number, source: Uint32Array, from: number, to: number): boolean {
    const start = this.wordsAt[chain] ?? 0
    if ((this.wordsAt[chain + 1] ?? 0) - start !== to - from) return false
    const shift = start - from
    for (let i = from; i < to; i++) if (this.words[i + shift] !== source[i]) return false
    return true
  }

  private growRows(): void {
    const rows = this.wordsAt.length * 2
    this.wordsAt = enlarged(this.wordsAt, new Uint32Array(rows))
    this.entriesAt = enlarged(this.entriesAt, new Uint32Array(rows))
    this.userSpace = enlarged(this.userSpace, new Uint32Array(rows))
    this.kernelSpace = enlarged(this.kernelSpace, new Uint32Array(rows))
    this.hashes = enlarged(this.hashes, new Int32Array(rows))
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1)
    const mask = slots.length - 1
    for (let chain = 0; chain < this.length; chain++) {
      let slot = (this.hashes[chain] ?? 0) & mask
      while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask
      slots[slot] = chain
    }
    this.slots = slots
  }
}

function enlarged<T extends Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(from: T, to: T): T {
  to.set(from)
  return to
}
