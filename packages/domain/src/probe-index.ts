import { CATALOGUE_LETTERS, PROBE_KINDS, PROBE_REFUSALS, type ProbeKind, type ProbeRefusal } from '@sonde/contract'
import type { Catalogue } from './catalogue.ts'
import { lookedAt, RANK, rankAt } from './probe-rank.ts'

/** Where a probe is: in which of the index's catalogues, and whether it is refused there. */
export type Presence = readonly { catalogue: number; refusal: ProbeRefusal | null }[]

export type IndexQuery = {
  /** Words, in any order, all of which occur in the name; upper and lower case are the same. */
  text: string
  kinds: ReadonlySet<ProbeKind>
  limit: number
  /** Kinds that none of the hosts can probe: found, but after all others. */
  demoted?: ReadonlySet<ProbeKind>
}
export type IndexResult = {
  /** Best first. */
  probes: number[]
  /** How many match, also beyond `limit`; and of how many. */
  total: number
  searched: number
}

const MAX_WORDS = 8
const KIND_OF_LETTER = new Map(Object.entries(CATALOGUE_LETTERS).map(([letter, kind]) => [letter, PROBE_KINDS.indexOf(kind)]))
/** What people paste: `tracepoint:syscalls:sys_enter_openat`, `kretprobe:vfs_read`. */
const NOTATION = /^(tracepoint|rawtracepoint|kprobe|kretprobe|uprobe|uretprobe|usdt):(?=.)/
/** Longer names come later, as far as it matters. */
const LENGTH_CAP = 4_095
const RANK_STEP = 4_096
const DEMOTED = 2 ** 30

/**
 * All probes of several catalogues, each once however many of them have it, for searching while somebody types. Names lie in one
 * text, one after the other, so that the runtime's own substring search does the work: over 200 thousand names it takes
 * milliseconds, without an index structure that would have to be built and kept.
 */
export class ProbeIndex {
  readonly catalogues: readonly Catalogue[]
  readonly size: number
  readonly #names: string
  readonly #lower: string
  /** Where name i begins in `#names`; one more at the end. Names are followed by a newline. */
  readonly #starts: Uint32Array
  readonly #kinds: Uint8Array
  readonly #presence: Uint32Array
  readonly #presences: readonly Presence[]
  /** The first catalogue that has it, and its line there. */
  readonly #first: Uint16Array
  readonly #line: Uint32Array

  /** The first catalogue's details are shown where several have a probe: give the most common one first. */
  constructor(catalogues: readonly Catalogue[]) {
    this.catalogues = catalogues
    const probes = collect(catalogues)
    this.size = probes.names.length
    this.#names = probes.names.join('\n')
    this.#lower = this.#names.toLowerCase()
    this.#starts = new Uint32Array(this.size + 1)
    for (let i = 0, at = 0; i < this.size; i++) {
      at += (probes.names[i]?.length ?? 0) + 1
      this.#starts[i + 1] = at
    }
    this.#kinds = Uint8Array.from(probes.kinds)
    this.#first = Uint16Array.from(probes.first)
    this.#line = Uint32Array.from(probes.lines)
    this.#presence = Uint32Array.from(probes.presence)
    this.#presences = probes.presences
  }

  get memoryBytes(): number {
    const arrays = [this.#starts, this.#kinds, this.#presence, this.#first, this.#line]
    return this.#names.length * 2 + arrays.reduce((sum, array) => sum + array.byteLength, 0)
  }

  kindOf(probe: number): ProbeKind {
    return PROBE_KINDS[this.#kinds[probe] ?? 0] ?? 'tracepoint'
  }

  /** As people read it: demangled where the symbol is not. */
  nameOf(probe: number): string {
    return this.#names.slice(this.#starts[probe], (this.#starts[probe + 1] ?? 1) - 1)
  }

  /** Which catalogues have it. The same object for all probes of which the same is true. */
  presenceOf(probe: number): Presence {
    return this.#presences[this.#presence[probe] ?? 0] ?? []
  }

  entryOf(probe: number) {
    const catalogue = this.catalogues[this.#first[probe] ?? 0]
    if (catalogue === undefined) throw new Error('a probe of no catalogue')
    return catalogue.entry(this.#line[probe] ?? 0)
  }

  search(query: IndexQuery): IndexResult {
    const { words, kinds } = readQuery(query)
    const wanted = PROBE_KINDS.map((kind) => kinds.has(kind))
    const demoted = PROBE_KINDS.map((kind) => query.demoted?.has(kind) ?? false)
    const best = new BestProbes(query.limit)
    let searched = 0
    for (let i = 0; i < this.size; i++) if (wanted[this.#kinds[i] ?? 0]) searched++
    const [primary, ...others] = words
    const total = primary === undefined ? this.#takeFirst(wanted, demoted, best) : this.#scan(primary, others, wanted, demoted, best)
    return { probes: best.sorted(), total, searched }
  }

  #takeFirst(wanted: readonly boolean[], demoted: readonly boolean[], best: BestProbes): number {
    let total = 0
    for (let i = 0; i < this.size; i++) {
      const kind = this.#kinds[i] ?? 0
      if (!wanted[kind]) continue
      total++
      best.offer(demoted[kind] ? DEMOTED : 0, i)
    }
    return total
  }

  /** Jumps from one occurrence of the longest word to the next name that has one. */
  #scan(primary: string, others: readonly string[], wanted: readonly boolean[], demoted: readonly boolean[], best: BestProbes): number {
    const [names, lower, starts, kinds] = [this.#names, this.#lower, this.#starts, this.#kinds]
    const most = lookedAt(primary.length)
    let total = 0
    let probe = 0
    for (let at = lower.indexOf(primary); at >= 0; ) {
      while ((starts[probe + 1] ?? 0) <= at) probe++
      const start = starts[probe] ?? 0
      const end = (starts[probe + 1] ?? 0) - 1
      const kind = kinds[probe] ?? 0
      let rank: number = RANK.inside
      let next = at
      if (wanted[kind]) {
        for (let i = 0; next >= 0 && next < end && i < most && rank > 0; i++) {
          rank = Math.min(rank, rankAt(names, start, end, next, primary.length))
          next = lower.indexOf(primary, next + 1)
        }
        const rest = others.length === 0 ? 0 : this.#rankOthers(others, start, end)
        if (rest !== null) {
          total++
          best.offer((demoted[kind] ? DEMOTED : 0) + (rank + rest) * RANK_STEP + Math.min(LENGTH_CAP, end - start), probe)
        }
      }
      at = next >= 0 && next < end ? lower.indexOf(primary, end) : next
    }
    return total
  }

  /** Sum of the other words' ranks; null where one does not occur. */
  #rankOthers(words: readonly string[], start: number, end: number): number | null {
    const name = this.#lower.slice(start, end)
    let sum = 0
    for (const word of words) {
      let at = name.indexOf(word)
      if (at < 0) return null
      let rank: number = RANK.inside
      for (let i = lookedAt(word.length); at >= 0 && i > 0 && rank > 0; i--) {
        rank = Math.min(rank, rankAt(this.#names, start, end, start + at, word.length))
        at = name.indexOf(word, at + 1)
      }
      sum += rank
    }
    return sum
  }
}

function readQuery(query: IndexQuery): { words: string[]; kinds: ReadonlySet<ProbeKind> } {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean).slice(0, MAX_WORDS)
  const plain = words.map((word) => word.replace(NOTATION, ''))
  // The longest word is the rarest, as a rule.
  return { words: [...new Set(plain)].sort((a, b) => b.length - a.length), kinds: query.kinds }
}

/** The `limit` smallest of all keys offered, with their probes: a heap whose top is the worst that is kept. */
class BestProbes {
  readonly #limit: number
  readonly #keys: number[] = []
  readonly #probes: number[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Of equal keys, the probe that was offered first stays. */
  offer(key: number, probe: number): void {
    const keys = this.#keys
    if (keys.length < this.#limit) {
      keys.push(key)
      this.#probes.push(probe)
      this.#up(keys.length - 1)
    } else if (keys.length > 0 && key < (keys[0] ?? 0)) {
      keys[0] = key
      this.#probes[0] = probe
      this.#down()
    }
  }

  sorted(): number[] {
    return this.#probes
      .map((probe, i) => ({ probe, key: this.#keys[i] ?? 0 }))
      .sort((a, b) => a.key - b.key || a.probe - b.probe)
      .map(({ probe }) => probe)
  }

  #isWorse(a: number, b: number): boolean {
    const difference = (this.#keys[a] ?? 0) - (this.#keys[b] ?? 0)
    return difference > 0 || (difference === 0 && (this.#probes[a] ?? 0) > (this.#probes[b] ?? 0))
  }

  #swap(a: number, b: number): void {
    const [key = 0, probe = 0] = [this.#keys[a], this.#probes[a]]
    this.#keys[a] = this.#keys[b] ?? 0
    this.#probes[a] = this.#probes[b] ?? 0
    this.#keys[b] = key
    this.#probes[b] = probe
  }

  #up(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1
      if (!this.#isWorse(i, parent)) return
      this.#swap(i, parent)
      i = parent
    }
  }

  #down(): void {
    for (let i = 0; ; ) {
      let worst = i
      for (const child of [2 * i + 1, 2 * i + 2]) if (child < this.#keys.length && this.#isWorse(child, worst)) worst = child
      if (worst === i) return
      this.#swap(i, worst)
      i = worst
    }
  }
}

type Collected = {
  names: string[]
  kinds: number[]
  first: number[]
  lines: number[]
  presence: number[]
  presences: Presence[]
}

function collect(catalogues: readonly Catalogue[]): Collected {
  const probes: Collected = { names: [], kinds: [], first: [], lines: [], presence: [], presences: [] }
  const ids = new Map<string, number>()
  /** Presence so far, as text: `0 1:deny-list`. There are few different ones. */
  const known = new Map<string, number>()
  const words: string[] = []
  const intern = (text: string): number => {
    const found = known.get(text)
    if (found !== undefined) return found
    known.set(text, words.length)
    words.push(text)
    return words.length - 1
  }
  for (const [c, catalogue] of catalogues.entries()) {
    const { text, starts } = catalogue
    for (let line = 0; line < catalogue.size; line++) {
      const start = starts[line] ?? 0
      const idEnd = text.indexOf('\t', start + 2)
      const labelEnd = text.indexOf('\t', idEnd + 1)
      const refusalEnd = text.indexOf('\t', labelEnd + 1)
      const here = refusalEnd === labelEnd + 1 ? `${c}` : `${c}:${text.slice(labelEnd + 1, refusalEnd)}`
      // One catalogue has each probe once: no need to remember a hundred thousand names.
      const id = catalogues.length === 1 ? '' : text.slice(start, idEnd)
      const at = catalogues.length === 1 ? undefined : ids.get(id)
      if (at !== undefined) {
        probes.presence[at] = intern(`${words[probes.presence[at] ?? 0]} ${here}`)
        continue
      }
      if (catalogues.length > 1) ids.set(id, probes.names.length)
      probes.names.push(labelEnd === idEnd + 1 ? text.slice(start + 2, idEnd) : text.slice(idEnd + 1, labelEnd))
      probes.kinds.push(KIND_OF_LETTER.get(text[start] ?? '') ?? 0)
      probes.first.push(c)
      probes.lines.push(line)
      probes.presence.push(intern(here))
    }
  }
  probes.presences = words.map(readPresence)
  return probes
}

function readPresence(text: string): Presence {
  return text.split(' ').map((part) => {
    const [catalogue = '', refusal = ''] = part.split(':')
    return { catalogue: Number(catalogue), refusal: isRefusal(refusal) ? refusal : null }
  })
}

function isRefusal(text: string): text is ProbeRefusal {
  return Object.hasOwn(PROBE_REFUSALS, text)
}
