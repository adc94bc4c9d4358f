import { hostText } from './host-text.ts'
import type { RowFormat, RowValue } from './row-format.ts'

export type EventRow = {
  /** CLOCK_MONOTONIC. */
  ns: number
  cpu: number
  pid: number
  tid: number
  /** Null where it is not known to the program. */
  comm: string | null
  values: RowValue[]
}

type Pending = { row: Omit<EventRow, 'values'>; words: string[]; texts: (string | undefined)[]; format: RowFormat; missing: number }

/** Puts rows together out of the tuples that a program prints (see row-format.ts). What does not fit the format is no row. */
export class RowReader {
  private readonly formats: readonly RowFormat[]
  private readonly pending = new Map<string, Pending>()
  private done: EventRow[] = []
  /** First lines that were read: rows that arrived. */
  arrived = 0
  /** Lines that are no part of a row, or whose row never came. */
  stray = 0

  constructor(formats: readonly RowFormat[]) {
    this.formats = formats
  }

  take(value: unknown): void {
    if (!Array.isArray(value)) {
      this.stray++
      return
    }
    const [line, probe] = value
    const format = typeof probe === 'number' ? this.formats[probe] : undefined
    if (format === undefined || typeof line !== 'number') this.stray++
    else if (line === 0) this.takeFirst(value, format)
    else this.takeText(value, format)
  }

  /** Rows that are complete; with `all`, also those whose texts have not come: these are null. By time. */
  drain(all: boolean): EventRow[] {
    if (all) {
      for (const pending of this.pending.values()) this.finish(pending)
      this.pending.clear()
    }
    return this.done.splice(0).sort((a, b) => a.ns - b.ns)
  }

  private takeFirst(value: readonly unknown[], format: RowFormat): void {
    const [, , ns, cpu, pid, tid, ...rest] = value
    const comm = format.hasComm ? rest.shift() : null
    const text = format.textInFirst ? rest.shift() : undefined
    const isText = (it: unknown) => typeof it === 'string'
    if (
      ![ns, cpu, pid, tid].every(isCount) ||
      (comm !== null && !isText(comm)) ||
      (format.textInFirst && !isText(text)) ||
      rest.length !== format.words ||
      !rest.every((word) => typeof word === 'number' && Number.isSafeInteger(word))
    ) {
      this.stray++
      return
    }
    this.arrived++
    const texts: (string | undefined)[] = Array.from({ length: format.texts })
    if (typeof text === 'string') texts[0] = text
    const pending: Pending = {
      row: {
        ns: Number(ns),
        cpu: Number(cpu),
        pid: Number(pid),
        tid: Number(tid),
        comm: typeof comm === 'string' ? hostText(comm, Number.POSITIVE_INFINITY) : null,
      },
      words: rest.map(String),
      texts,
      format,
      missing: format.texts - (format.textInFirst ? 1 : 0),
    }
    if (pending.missing === 0) this.finish(pending)
    else this.pending.set(`${ns} ${tid}`, pending)
  }

  private takeText([line, , ns, tid, text]: readonly unknown[], format: RowFormat): void {
    const key = `${ns} ${tid}`
    const pending = this.pending.get(key)
    if (pending === undefined || pending.format !== format || typeof text !== 'string') {
      this.stray++
      return
    }
    pending.texts[Number(line) - (format.textInFirst ? 0 : 1)] = text
    if (--pending.missing > 0) return
    this.pending.delete(key)
    this.finish(pending)
  }

  private finish({ row, words, texts, format }: Pending): void {
    const values = format.columns.map(({ from, read }) => {
      if ('words' in from) return read(from.words.map((at) => words[at] ?? '0'))
      const text = texts[from.text]
      return text === undefined ? null : read([text])
    })
    this.done.push({ ...row, values })
  }
}

const isCount = (value: unknown): boolean => typeof value === 'number' && value >= 0
