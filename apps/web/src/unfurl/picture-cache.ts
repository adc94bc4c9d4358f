/** Pictures by key, least recently asked for out first; each is drawn once, however many ask for it meanwhile. */
export class PictureCache {
  readonly #pictures = new Map<string, Buffer>()
  readonly #drawing = new Map<string, Promise<Buffer>>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** What is kept under the key, or what `draw` makes; a failure is not kept. */
  async get(key: string, draw: () => Promise<Buffer>): Promise<Buffer> {
    const known = this.#pictures.get(key)
    if (known) {
      // To the end: the order of a Map is that of insertion.
      this.#pictures.delete(key)
      this.#pictures.set(key, known)
      return known
    }
    const running = this.#drawing.get(key)
    if (running) return await running
    const drawing = draw()
      .then((picture) => {
        this.#keep(key, picture)
        return picture
      })
      .finally(() => this.#drawing.delete(key))
    this.#drawing.set(key, drawing)
    return await drawing
  }

  #keep(key: string, picture: Buffer): void {
    this.#pictures.set(key, picture)
    this.#bytes += picture.length
    for (const [oldest, { length }] of this.#pictures) {
      if (this.#bytes <= this.#maxBytes) return
      this.#pictures.delete(oldest)
      this.#bytes -= length
    }
  }
}
