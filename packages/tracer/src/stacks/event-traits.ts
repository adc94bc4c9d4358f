import { type Block, CONTEXT_LOW, type RawField, rawDataAt, readRawField, type StreamEvent } from '@sonde/profile/perf-data'

/** What the samples of one event mean. */
export type EventTraits = {
  /** Samples of processes that are not recorded count too: who wakes one that is. */
  everyone?: boolean
  /** Samples of the kernel's idle tasks (pid 0) count: interrupts happen to them too. For clocks they are just idle time. */
  keepIdle: boolean
  weight: SampleWeight
  /** Field with the return address that stacks by frame pointers miss at a function's first instruction. */
  caller: RawField | null
  /** Field with the address of the function that has returned: it is on no stack any more. */
  returnedFrom: RawField | null
}

/** `constant`: every sample stands for so many. `period`: for as many as the kernel says. `field`: for the field's value, times so many. */
export type SampleWeight =
  | { by: 'constant'; value: number }
  | { by: 'period' }
  /** The field is looked for when the event is there; null until then, or where it is missing. */
  | { by: 'field'; field: RawField | null; times: number }

export const PLAIN_TRAITS: EventTraits = { keepIdle: false, weight: { by: 'constant', value: 1 }, caller: null, returnedFrom: null }

/** What a sample weighs; null where its field cannot be read or is negative, so that it weighs nothing that could be added up. */
export function weightOf({ weight }: EventTraits, event: StreamEvent, block: Block, offset: number): number | null {
  switch (weight.by) {
    case 'constant':
      return weight.value
    case 'period': {
      const at = event.layout.period
      return at < 0 ? 1 : block.view.getUint32(offset + at + 4, true) * 4_294_967_296 + block.view.getUint32(offset + at, true)
    }
    case 'field': {
      const value = weight.field && readRawField(weight.field, block, offset, rawDataAt(event, block, offset))
      return value === null || value < 0 || !Number.isFinite(value) ? null : value * weight.times
    }
  }
}

/**
 * A callchain with the addresses that its event knows besides, in words [lo hi lo hi …]; the words themselves where there are none.
 *
 *   uprobe at entry    USER target outer main             →  USER target caller outer main
 *   uretprobe          USER caller outer main             →  USER function caller outer main
 *
 * New kernels add the caller themselves at functions that begin with a push (6.12, x86): it is not added twice.
 */
export class ChainCompleter {
  private scratch = new Uint32Array(512)

  complete(
    { caller, returnedFrom }: EventTraits,
    event: StreamEvent,
    block: Block,
    offset: number,
    chain: { words: Uint32Array; from: number; to: number },
  ): { words: Uint32Array; from: number; to: number } {
    const field = caller ?? returnedFrom
    if (field === null) return chain
    const dataAt = rawDataAt(event, block, offset)
    if (dataAt < 0) return chain
    const added = readAddress(field, block, offset, dataAt)
    if (added === null || (added.low === 0 && added.high === 0)) return chain
    const context = added.high >= 0x80000000 ? CONTEXT_LOW.kernel : CONTEXT_LOW.user
    const { words, from, to } = chain
    let at = from
    while (at < to && !(words[at + 1] === 0xffffffff && words[at] === context)) at += 2
    // A function has returned: it comes first. It has been called: its caller comes after it.
    at += caller === null ? 2 : 4
    if (at > to || (caller !== null && at - 2 >= to)) return chain
    if (at < to && words[at] === added.low && words[at + 1] === added.high) return chain
    const length = to - from + 2
    if (length > this.scratch.length) this.scratch = new Uint32Array(length * 2)
    this.scratch.set(words.subarray(from, at))
    this.scratch[at - from] = added.low
    this.scratch[at - from + 1] = added.high
    this.scratch.set(words.subarray(at, to), at - from + 2)
    return { words: this.scratch, from: 0, to: length }
  }
}

function readAddress(field: RawField, block: Block, offset: number, dataAt: number): { low: number; high: number } | null {
  if (field.size !== 8 || readRawField(field, block, offset, dataAt) === null) return null
  const at = offset + dataAt + field.offset
  return { low: block.view.getUint32(at, true), high: block.view.getUint32(at + 4, true) }
}
