import { type ImportLimits, refuseBeyond } from '../import-limits.ts'

/** Code at [start, end): which module it is of, and where in its file. */
export type Mapping = {
  start: number
  end: number
  fileOffset: number
  module: string /** The one function that it is, for code the kernel made itself. */
  symbol: string
}

/** Work that hostile recordings could pile up: entries moved and copied, in all maps together. */
export class MapBudget {
  private spent = 0
  constructor(private readonly limits: ImportLimits) {}
  spend(entries: number): void {
    this.spent += entries
    refuseBeyond(this.limits.stackFrames * 5, this.spent, 'steps in its tables of mapped modules')
  }
}

/** What is mapped where in one address space, by address. Newer mappings hide what they overlap. */
export class CodeMap {
  private constructor(
    private readonly budget: MapBudget,
    private entries: Mapping[],
  ) {}

  static empty(budget: MapBudget): CodeMap {
    return new CodeMap(budget, [])
  }

  /** The space of a process that was just forked: the same until one of them maps anew. */
  copy(): CodeMap {
    this.budget.spend(this.entries.length + 1)
    return new CodeMap(this.budget, [...this.entries])
  }

  add(mapping: Mapping): void {
    if (!(mapping.end > mapping.start)) return
    const { entries } = this
    const from = this.firstEndingAfter(mapping.start)
    let to = from
    const around: Mapping[] = []
    for (let entry = entries[to]; entry !== undefined && entry.start < mapping.end; entry = entries[++to]) {
      if (entry.start < mapping.start) around.push({ ...entry, end: mapping.start })
      if (entry.end > mapping.end) {
        if (around.at(-1) !== mapping) around.push(mapping)
        around.push({ ...entry, start: mapping.end, fileOffset: entry.fileOffset + (mapping.end - entry.start) })
      }
    }
    if (!around.includes(mapping)) around.push(mapping)
    this.budget.spend(entries.length - from + 1)
    entries.splice(from, to - from, ...around)
  }

  find(address: number): Mapping | null {
    const entry = this.entries[this.firstEndingAfter(address)]
    return entry !== undefined && entry.start <= address ? entry : null
  }

  private firstEndingAfter(address: number): number {
    let low = 0
    let high = this.entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.entries[middle]?.end ?? 0) <= address) low = middle + 1
      else high = middle
    }
    return low
  }
}
