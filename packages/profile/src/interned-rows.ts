/**
 * Distinct rows of up to four integers, in the order they first came: what turns (parent, frame) into a stack row.
 * Open addressing over typed arrays, since a Map keyed by text costs ten times as much and a million stacks are normal.
 *
 *   slots   [ 0 3 0 1 2 … ]      row + 1, 0 = free; linear probing, at most half full
 *   cells   [ a b c d | a b c d | … ]
 */
export class InternedRows {
  length = 0
  private cells: Int32Array
  private slots: Int32Array
  private mask: number
  /** Rows come from hosts: an unguessable seed keeps a hostile one from making every row collide. Order does not depend on it. */
  private readonly seed = (Math.random() * 0x100000000) | 0

  /** `expected`: how many rows to have room for from the start. */
  constructor(expected = 64) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(64, expected) * 2 + 2))
    this.cells = new Int32Array(Math.max(64, expected) * 4)
    this.slots = new Int32Array(slots)
    this.mask = slots - 1
  }

  /** The row's index, new or known. */
  intern(a: number, b: number, c = 0, d = 0): number {
    const cells = this.cells
    let slot = this.hash(a, b, c, d) & this.mask
    for (;;) {
      const row = (this.slots[slot] ?? 0) - 1
      if (row < 0) break
      const at = row * 4
      if (cells[at] === a && cells[at + 1] === b && cells[at + 2] === c && cells[at + 3] === d) return row
      slot = (slot + 1) & this.mask
    }
    const row = this.length++
    this.slots[slot] = row + 1
    if (row * 4 === this.cells.length) {
      const grown = new Int32Array(this.cells.length * 2)
      grown.set(this.cells)
      this.cells = grown
    }
    const at = row * 4
    this.cells[at] = a
    this.cells[at + 1] = b
    this.cells[at + 2] = c
    this.cells[at + 3] = d
    if (this.length * 2 > this.slots.length) this.growSlots()
    return row
  }

  /** Cell `field` (0–3) of a row; 0 outside the table. */
  cell(row: number, field: number): number {
    return this.cells[row * 4 + field] ?? 0
  }

  /** Copies one field of every row into `out`, which must be `length` long. */
  copyField<T extends Int32Array | Uint32Array | Uint8Array>(field: number, out: T): T {
    for (let row = 0; row < this.length; row++) out[row] = this.cells[row * 4 + field] ?? 0
    return out
  }

  private hash(a: number, b: number, c: number, d: number): number {
    let h = Math.imul(a ^ this.seed, 0x9e3779b1)
    h = Math.imul((h ^ (h >>> 15)) + b, 0x85ebca6b)
    h = Math.imul((h ^ (h >>> 13)) + c, 0xc2b2ae35)
    h = Math.imul((h ^ (h >>> 16)) + d, 0x27d4eb2f)
    return (h ^ (h >>> 15)) >>> 0
  }

  private growSlots(): void {
    const size = this.slots.length * 2
    this.slots = new Int32Array(size)
    this.mask = size - 1
    for (let row = 0; row < this.length; row++) {
      const at = row * 4
      let slot = this.hash(this.cells[at] ?? 0, this.cells[at + 1] ?? 0, this.cells[at + 2] ?? 0, this.cells[at + 3] ?? 0) & this.mask
      while (this.slots[slot] !== 0) slot = (slot + 1) & this.mask
      this.slots[slot] = row + 1
    }
  }
}
