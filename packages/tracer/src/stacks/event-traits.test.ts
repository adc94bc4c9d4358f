import {
  type Block,
  type RawField,
  RECORD,
  rawDataAt,
  readRawField,
  SAMPLE,
  type StreamEvent,
  sampleLayout,
} from '@sonde/profile/perf-data'
import { describe, expect, it } from 'vitest'
import { ChainCompleter, type EventTraits, PLAIN_TRAITS, weightOf } from './event-traits.ts'

const USER = 0xfffffffffffffe00n
const KERNEL = 0xffffffffffffff80n
const sampleType = SAMPLE.ip | SAMPLE.tid | SAMPLE.time | SAMPLE.period | SAMPLE.callchain | SAMPLE.raw
const event: StreamEvent = {
  index: 0,
  attr: { type: 2, config: 5, periodOrHz: 1, byFrequency: false, sampleType, readFormat: 0, sampleIdAll: true, ids: [], attrBytes: 128 },
  layout: sampleLayout({ sampleType, readFormat: 0 }),
  timeFromEnd: -1,
}

/** A sample of this chain, whose raw data are these 64-bit words; it stands 64 bytes into its block. */
function sample(chain: bigint[], raw: bigint[], period = 1n): { block: Block; offset: number; from: number; to: number } {
  const offset = 64
  const rawBytes = 4 + raw.length * 8
  const size = 8 + 4 * 8 + 8 + chain.length * 8 + ((rawBytes + 7) & ~7)
  const bytes = new Uint8Array(offset + size)
  const view = new DataView(bytes.buffer)
  view.setUint32(offset, RECORD.sample, true)
  view.setUint16(offset + 6, size, true)
  view.setBigUint64(offset + event.layout.period, period, true)
  view.setBigUint64(offset + event.layout.callchain, BigInt(chain.length), true)
  const from = offset + event.layout.callchain + 8
  chain.forEach((word, i) => {
    view.setBigUint64(from + i * 8, BigInt.asUintN(64, word), true)
  })
  const rawAt = from + chain.length * 8
  view.setUint32(rawAt, raw.length * 8, true)
  raw.forEach((word, i) => {
    view.setBigUint64(rawAt + 4 + i * 8, BigInt.asUintN(64, word), true)
  })
  return { block: { bytes, view, words: new Uint32Array(bytes.buffer) }, offset, from: from / 4, to: rawAt / 4 }
}

function completed(traits: Partial<EventTraits>, chain: bigint[], raw: bigint[]): bigint[] {
  const { block, offset, from, to } = sample(chain, raw)
  const result = new ChainCompleter().complete({ ...PLAIN_TRAITS, ...traits }, event, block, offset, { words: block.words, from, to })
  const words: bigint[] = []
  for (let i = result.from; i < result.to; i += 2) words.push((BigInt(result.words[i + 1] ?? 0) << 32n) | BigInt(result.words[i] ?? 0))
  return words
}

const word = (index: number, size = 8, signed = false): RawField => ({ offset: index * 8, size, signed })

describe('raw data of a sample', () => {
  it('is read with the width and sign of the field', () => {
    const { block, offset } = sample([USER, 1n], [0n, 0xffff_ffff_ffff_fffen, 0x1_0000_0001n])
    const at = rawDataAt(event, block, offset)
    expect(readRawField(word(1), block, offset, at)).toBeCloseTo(2 ** 64, -4)
    expect(readRawField(word(1, 8, true), block, offset, at)).toBe(-2)
    expect(readRawField(word(1, 4, true), block, offset, at)).toBe(-2)
    expect(readRawField(word(1, 2, false), block, offset, at)).toBe(0xfffe)
    expect(readRawField(word(1, 1, true), block, offset, at)).toBe(-2)
    expect(readRawField(word(2), block, offset, at)).toBe(0x1_0000_0001)
    expect(readRawField(word(2, 3), block, offset, at)).toBeNull()
  })

  it('ends where it says: nothing beyond it is read', () => {
    const { block, offset } = sample([USER, 1n], [1n])
    const at = rawDataAt(event, block, offset)
    expect(readRawField(word(0), block, offset, at)).toBe(1)
    expect(readRawField(word(1), block, offset, at)).toBeNull()
    expect(readRawField({ offset: 4, size: 8, signed: false }, block, offset, at)).toBeNull()
    // A chain that claims to be longer than its record.
    block.view.setBigUint64(offset + event.layout.callchain, 1000n, true)
    expect(rawDataAt(event, block, offset)).toBe(-1)
  })
})

describe('weightOf', () => {
  const weigh = (weight: EventTraits['weight'], raw: bigint[], period = 1n) => {
    const { block, offset } = sample([], raw, period)
    return weightOf({ ...PLAIN_TRAITS, weight }, event, block, offset)
  }
  it('is a constant, the period, or a field', () => {
    expect(weigh({ by: 'constant', value: 100 }, [])).toBe(100)
    expect(weigh({ by: 'period' }, [], 12_345n)).toBe(12_345)
    expect(weigh({ by: 'field', field: word(1), times: 10 }, [0n, 7n])).toBe(70)
  })
  it('is nothing where the field is negative, or not there', () => {
    expect(weigh({ by: 'field', field: word(0, 8, true), times: 1 }, [-11n])).toBeNull()
    expect(weigh({ by: 'field', field: word(3), times: 1 }, [1n])).toBeNull()
    expect(weigh({ by: 'field', field: null, times: 1 }, [1n])).toBeNull()
  })
})

describe('ChainCompleter', () => {
  it('puts the caller behind the function that was entered', () => {
    expect(completed({ caller: word(1) }, [USER, 0x1149n, 0x116en, 0x1217n], [0n, 0x115fn])).toEqual([
      USER,
      0x1149n,
      0x115fn,
      0x116en,
      0x1217n,
    ])
    expect(completed({ caller: word(1) }, [KERNEL, 0xffffffff81000000n, USER, 0x1149n], [0n, 0x115fn])).toEqual([
      KERNEL,
      0xffffffff81000000n,
      USER,
      0x1149n,
      0x115fn,
    ])
  })
  it('does not add it where the kernel has, nor to a stack without a user part', () => {
    expect(completed({ caller: word(1) }, [USER, 0x1149n, 0x115fn, 0x116en], [0n, 0x115fn])).toEqual([USER, 0x1149n, 0x115fn, 0x116en])
    expect(completed({ caller: word(1) }, [KERNEL, 0xffffffff81000000n], [0n, 0x115fn])).toEqual([KERNEL, 0xffffffff81000000n])
    expect(completed({ caller: word(1) }, [USER], [0n, 0x115fn])).toEqual([USER])
    expect(completed({ caller: word(1) }, [], [0n, 0x115fn])).toEqual([])
    expect(completed({ caller: word(1) }, [USER, 0x1149n], [0n, 0n])).toEqual([USER, 0x1149n])
    expect(completed({ caller: word(5) }, [USER, 0x1149n], [0n])).toEqual([USER, 0x1149n])
  })
  it('puts a function that has returned in front of its caller, in the kernel too', () => {
    expect(completed({ returnedFrom: word(1) }, [USER, 0x115fn, 0x116en], [0n, 0x1149n])).toEqual([USER, 0x1149n, 0x115fn, 0x116en])
    const vfsRead = 0xffffffff81234560n
    expect(completed({ returnedFrom: word(1) }, [KERNEL, 0xffffffff81000000n, USER, 0x1n], [0n, vfsRead])).toEqual([
      KERNEL,
      vfsRead,
      0xffffffff81000000n,
      USER,
      0x1n,
    ])
  })
  it('leaves other chains alone', () => {
    expect(completed({}, [USER, 0x1n], [5n, 6n])).toEqual([USER, 0x1n])
  })
})
