import {
  CATALOGUE_LETTERS,
  type CatalogueEntry,
  type CatalogueEntryKind,
  type CatalogueHeader,
  parseCatalogueHeader,
  parseCatalogueLine,
} from '@sonde/contract'

const LETTER_OF = new Map<CatalogueEntryKind, string>(Object.entries(CATALOGUE_LETTERS).map(([letter, kind]) => [kind, letter]))

/**
 * A catalogue (contract: catalogue.ts) as it is kept in memory: its text, and where each line begins. A probe is only parsed when
 * somebody looks at it, since there are a hundred thousand and a search shows a hundred.
 */
export class Catalogue {
  readonly key: string
  readonly header: CatalogueHeader
  readonly text: string
  /** Where line i of the probes begins; one more at the end. */
  readonly starts: Uint32Array

  /** `text`: checked when it was stored, so it is ASCII and every line has its columns. */
  constructor(key: string, text: string) {
    this.key = key
    this.text = text
    let at = text.indexOf('\n')
    this.header = parseCatalogueHeader(text.slice(0, at))
    const starts: number[] = []
    while (at >= 0 && at + 1 < text.length) {
      starts.push(at + 1)
      at = text.indexOf('\n', at + 1)
    }
    starts.push(text.length)
    this.starts = Uint32Array.from(starts)
  }

  get size(): number {
    return this.starts.length - 1
  }

  get memoryBytes(): number {
    return this.text.length + this.starts.byteLength
  }

  entry(line: number): CatalogueEntry {
    return parseCatalogueLine(this.text.slice(this.starts[line], (this.starts[line + 1] ?? 0) - 1))
  }

  /** The line of a probe, by what a spec names it; -1 where it is not in here. */
  find(kind: CatalogueEntryKind, id: string): number {
    // Ids have no tabs or newlines, so that this can only be the beginning of a line.
    if (/[\t\n]/.test(id)) return -1
    const at = this.text.indexOf(`\n${LETTER_OF.get(kind)}\t${id}\t`)
    return at < 0 ? -1 : this.#lineAt(at + 1)
  }

  /** Lines of which the id fits, at most `limit`, and how many there are. */
  matching(kind: CatalogueEntryKind, fits: (id: string) => boolean, limit: number): { lines: number[]; total: number } {
    const lines: number[] = []
    let total = 0
    const letter = LETTER_OF.get(kind)
    for (let line = 0; line < this.size; line++) {
      const start = this.starts[line] ?? 0
      if (this.text[start] !== letter || !fits(this.text.slice(start + 2, this.text.indexOf('\t', start + 2)))) continue
      if (total++ < limit) lines.push(line)
    }
    return { lines, total }
  }

  #lineAt(offset: number): number {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.starts[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
