/** Sorts of address: which address space it is in decides how perf looks it up. */
export const CONTEXT = { unknown: 0, kernel: 1, user: 2 } as const
export type Context = (typeof CONTEXT)[keyof typeof CONTEXT]

/**
 * Every distinct (address space, context, address) once, numbered from 0. Open addressing over typed arrays: a capture looks
 * up millions of 64-bit addresses, and a Map of bigints takes 20 times as long.
 */
export class AddressTable {
  length = 0
  private low = new Uint32Array(1024)
  private high = new Uint32Array(1024)
  /** space * 4 + context */
  private place = new Uint32Array(1024)
  private slots = new Int32Array(4096).fill(-1)

  /** Index of the address; `known` is false where it is new (then it is the last one). */
  intern(space: number, context: Context, high: number, low: number): number {
    const place = space * 4 + context
    const mask = this.slots.length - 1
    let slot = hash(place, high, low) & mask
    for (;;) {
      const index = this.slots[slot] ?? -1
      if (index < 0) break
      if (this.low[index] === low && this.high[index] === high && this.place[index] === place) return index
      slot = (slot + 1) & mask
    }
    const index = this.length++
    if (index >= this.low.length) {
      this.low = grown(this.low)
      this.high = grown(this.high)
      this.place = grown(this.place)
    }
    this.low[index] = low
    this.high[index] = high
    this.place[index] = place
    this.slots[slot] = index
    if (this.length * 2 > this.slots.length) this.rehash()
    return index
  }

  highOf(index: number): number {
    return this.high[index] ?? 0
  }

  lowOf(index: number): number {
    return this.low[index] ?? 0
  }

  contextOf(index: number): Context {
    const context = (this.place[index] ?? 0) & 3
    return context === CONTEXT.kernel ? CONTEXT.kernel : context === CONTEXT.user ? CONTEXT.user : CONTEXT.unknown
  }

  private rehash(): void {
    const slots = new Int32Array(this.slots.length * 2).fill(-1)
    const mask = slots.length - 1
    for (let index = 0; index < this.length; index++) {
      let slot = hash(this.place[index] ?? 0, this.high[index] ?? 0, this.low[index] ?? 0) & mask
      while ((slots[slot] ?? -1) >= 0) slot = (slot + 1) & mask
      slots[slot] = index
    }
    this.slots = slots
  }
}

function hash(place: number, high: number, low: number): number {
  let h = Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b) ^ Math.imul(place, 0xc2b2ae35)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  return h ^ (h >>> 13)
}

function grown(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(column.length * 2)
  larger.set(column)
  return larger
}
