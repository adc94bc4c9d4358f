/** Append-only columns that double their room: typed arrays while a profile is being built and its size is not known yet. */
export class Int32Column {
  length = 0
  private data: Int32Array<ArrayBuffer>

  constructor(capacity = 64) {
    this.data = new Int32Array(Math.max(16, capacity))
  }

  push(value: number): number {
    if (this.length === this.data.length) {
      const grown = new Int32Array(this.data.length * 2)
      grown.set(this.data)
      this.data = grown
    }
    this.data[this.length] = value
    return this.length++
  }

  /** Rows outside the column read as 0. */
  at(row: number): number {
    return this.data[row] ?? 0
  }

  set(row: number, value: number): void {
    this.data[row] = value
  }

  /** The rows so far, without a copy: valid until the next push. */
  view(): Int32Array<ArrayBuffer> {
    return this.data.subarray(0, this.length)
  }
}

export class Float64Column {
  length = 0
  private data: Float64Array<ArrayBuffer>

  constructor(capacity = 64) {
    this.data = new Float64Array(Math.max(16, capacity))
  }

  push(value: number): number {
    if (this.length === this.data.length) {
      const grown = new Float64Array(this.data.length * 2)
      grown.set(this.data)
      this.data = grown
    }
    this.data[this.length] = value
    return this.length++
  }

  at(row: number): number {
    return this.data[row] ?? 0
  }

  add(row: number, value: number): void {
    this.data[row] = (this.data[row] ?? 0) + value
  }

  view(): Float64Array<ArrayBuffer> {
    return this.data.subarray(0, this.length)
  }
}
