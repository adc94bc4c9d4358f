import { describe, expect, it } from 'vitest'
import { sampleLayout, trailerTimeFromEnd } from './event-attr.ts'
import { PerfDataError } from './perf-data-error.ts'
import { bytesInMemory, readPerfFile } from './perf-file.ts'
import { PerfStream } from './perf-stream.ts'
import { RecordScanner } from './record-scanner.ts'
import { MAGIC, RECORD, SAMPLE } from './record-types.ts'
import { stableTimeOrder, TimeOrderedRecords } from './time-ordered-records.ts'

const SAMPLE_TYPE = SAMPLE.ip | SAMPLE.tid | SAMPLE.time | SAMPLE.callchain | SAMPLE.id | SAMPLE.cpu | SAMPLE.period

function record(type: number, words: readonly (number | bigint)[], misc = 0): Buffer {
  const bytes = Buffer.alloc(8 + words.length * 8)
  bytes.writeUInt32LE(type, 0)
  bytes.writeUInt16LE(misc, 4)
  bytes.writeUInt16LE(bytes.length, 6)
  for (const [i, word] of words.entries()) bytes.writeBigUInt64LE(BigInt(word), 8 + i * 8)
  return bytes
}
const header = Buffer.from([...MAGIC, 16, 0, 0, 0, 0, 0, 0, 0])
const attrRecord = (sampleType: number = SAMPLE_TYPE, id = 61) => {
  const attr = Buffer.alloc(128)
  attr.writeUInt32LE(1, 0)
  attr.writeUInt32LE(128, 4)
  attr.writeBigUInt64LE(BigInt(sampleType), 24)
  attr.writeUInt32LE(1 << 18, 40)
  const head = Buffer.alloc(8)
  head.writeUInt32LE(RECORD.headerAttr, 0)
  head.writeUInt16LE(8 + 128 + 8, 6)
  const ids = Buffer.alloc(8)
  ids.writeBigUInt64LE(BigInt(id))
  return Buffer.concat([head, attr, ids])
}
const sample = (time: number, chain: readonly bigint[] = [], id = 61) =>
  record(RECORD.sample, [1n, (7n << 32n) | 6n, time, id, 0, 1, chain.length, ...chain])
const round = record(RECORD.finishedRound, [])

function read(pieces: readonly Uint8Array[]) {
  const seen: { type: number; time: number }[] = []
  const stream = new PerfStream({
    onEvent: () => {},
    onRecord: (type, _block, _offset, time) => seen.push({ type, time }),
    onSample: (_event, _block, _offset, time) => seen.push({ type: RECORD.sample, time }),
  })
  for (const piece of pieces) stream.push(piece)
  return { seen, ...stream.end() }
}

describe('sampleLayout', () => {
  it("places the fields in the kernel's order", () => {
    expect(sampleLayout({ sampleType: SAMPLE_TYPE, readFormat: 0 })).toMatchObject({
      ip: 8,
      tid: 16,
      time: 24,
      id: 32,
      cpu: 40,
      period: 48,
      callchain: 56,
      fixedBytes: 64,
    })
    expect(sampleLayout({ sampleType: SAMPLE.identifier | SAMPLE.ip | SAMPLE.addr | SAMPLE.time, readFormat: 0 })).toMatchObject({
      id: 8,
      ip: 16,
      time: 24,
      callchain: -1,
    })
  })

  it('counts the trailer back from the end', () => {
    expect(trailerTimeFromEnd({ sampleType: SAMPLE.tid | SAMPLE.time | SAMPLE.id | SAMPLE.cpu, sampleIdAll: true })).toBe(24)
    expect(trailerTimeFromEnd({ sampleType: SAMPLE.time, sampleIdAll: false })).toBe(-1)
  })
})

describe('RecordScanner', () => {
  const bytes = Buffer.concat([
    record(3, [1, 2]),
    record(80, []),
    Buffer.from([80, 0, 0, 0, 0, 0, 12, 0, 9, 9, 9, 9]),
    record(4, [7]),
    record(9, [1, 2, 3]),
  ])

  it('cuts records alike however the stream is cut, those after an odd size too', () => {
    const cut = (size: number) => {
      const scanner = new RecordScanner()
      const records: string[] = []
      for (let i = 0; i < bytes.length; i += size) {
        scanner.push(bytes.subarray(i, i + size), (type, misc, block, offset, length) => {
          expect(offset % 8).toBe(0)
          records.push(`${type} ${misc} ${Buffer.from(block.bytes.subarray(offset, offset + length)).toString('hex')}`)
        })
      }
      expect(scanner.pendingBytes).toBe(0)
      return records
    }
    const whole = cut(bytes.length)
    expect(whole).toHaveLength(5)
    for (let size = 1; size < 40; size++) expect(cut(size)).toEqual(whole)
  })

  it('skips data that follows a record without being counted in its size', () => {
    const tracing = Buffer.concat([record(RECORD.tracingData, [5]), Buffer.from('12345678'), record(4, [])])
    const types: number[] = []
    new RecordScanner().push(tracing, (type) => types.push(type))
    expect(types).toEqual([RECORD.tracingData, 4])
  })

  it('refuses sizes that cannot be', () => {
    expect(() => new RecordScanner().push(Buffer.alloc(64), () => {})).toThrow(PerfDataError)
    expect(() => new RecordScanner().push(record(RECORD.auxtrace, [1n << 60n]), () => {})).toThrow(PerfDataError)
  })
})

describe('order of time', () => {
  it('sorts stably', () => {
    let seed = 7
    const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648)
    for (let length = 0; length < 60; length++) {
      const times = Array.from({ length }, () => random() % 12)
      const expected = times.map((time, i) => ({ time, i })).sort((a, b) => a.time - b.time || a.i - b.i)
      expect([...stableTimeOrder(times)]).toEqual(expected.map(({ i }) => i))
    }
  })

  it('lets go only of what no later record can precede', () => {
    const ordered = new TimeOrderedRecords()
    const block = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)), words: new Uint32Array(0) }
    const out: number[] = []
    const visit = (_: unknown, offset: number) => out.push(offset)
    for (const time of [10, 30, 20]) ordered.push(time, block, time)
    ordered.finishRound(visit)
    expect(out).toEqual([])
    for (const time of [25, 40]) ordered.push(time, block, time)
    ordered.finishRound(visit)
    expect(out).toEqual([10, 20, 25, 30])
    ordered.finish(visit)
    expect(out).toEqual([10, 20, 25, 30, 40])
  })

  it('holds across the records of a stream', () => {
    const { seen, cut } = read([header, attrRecord(), sample(30), round, sample(20), sample(40), round, sample(35), round])
    expect(seen.map(({ time }) => time)).toEqual([20, 30, 35, 40])
    expect(cut).toBe(false)
  })

  it('lets go of the last records before a silence when it is told to, once, and goes on in order', () => {
    const times: number[] = []
    const stream = new PerfStream({ onEvent: () => {}, onRecord: () => {}, onSample: (_event, _block, _offset, time) => times.push(time) })
    for (const piece of [header, attrRecord(), sample(30), sample(20), round]) stream.push(piece)
    expect([times, stream.heldRecords]).toEqual([[], 2])
    stream.releaseHeld()
    stream.releaseHeld()
    expect([times, stream.heldRecords]).toEqual([[20, 30], 0])
    for (const piece of [sample(50), sample(40), round, sample(60), round]) stream.push(piece)
    expect(times).toEqual([20, 30, 40, 50])
    stream.end()
    expect(times).toEqual([20, 30, 40, 50, 60])
  })
})

describe('broken streams', () => {
  const good = Buffer.concat([
    header,
    attrRecord(),
    sample(10, [0xffffffffffffff80n, 0xffffffff81000000n]),
    round,
    record(RECORD.comm, [1n, 0x6f6cn, 5n]),
  ])

  it('says what is wrong', () => {
    expect(() => read([Buffer.from('not perf data at all, whatever it is')])).toThrow('not a perf.data stream')
    expect(() => read([header, sample(1)])).toThrow('a sample before any event')
    expect(() => read([header, attrRecord(), record(RECORD.sample, [1])])).toThrow('too short')
    expect(() => read([header, attrRecord(), record(RECORD.compressed, [1])])).toThrow('compressed')
    expect(() => read([header, record(RECORD.headerAttr, [1])])).toThrow(PerfDataError)
  })

  it('reports a stream that was cut within a record', () => {
    expect(read([good.subarray(0, good.length - 4)]).cut).toBe(true)
    expect(read([good.subarray(0, 9)]).cut).toBe(true)
    expect(read([good]).cut).toBe(false)
  })

  it('never fails in another way than with PerfDataError, whatever byte is wrong', () => {
    for (let at = 0; at < good.length; at++) {
      for (const value of [0, 1, 8, 255]) {
        const broken = Buffer.from(good)
        broken[at] = value
        try {
          read([broken])
        } catch (error) {
          expect(error).toBeInstanceOf(PerfDataError)
        }
      }
    }
  })
})

describe('readPerfFile', () => {
  const sink = { onAttr: () => {}, onBuildIds: () => {}, onData: () => {} }
  const attempt = (bytes: Uint8Array) => readPerfFile(bytesInMemory(bytes), sink)

  it('refuses what perf did not finish, and what is something else', async () => {
    await expect(attempt(Buffer.alloc(0))).rejects.toThrow(PerfDataError)
    await expect(attempt(Buffer.alloc(4096))).rejects.toThrow('not a perf.data file')
    await expect(attempt(Buffer.from([...MAGIC]))).rejects.toThrow(PerfDataError)
    const head = Buffer.alloc(104 + 144)
    head.set(MAGIC)
    head.writeBigUInt64LE(104n, 8)
    await expect(attempt(head)).rejects.toThrow('list of events')
    head.writeBigUInt64LE(144n, 16)
    head.writeBigUInt64LE(104n, 24)
    head.writeBigUInt64LE(144n, 32)
    head.writeUInt32LE(128, 104 + 4)
    await expect(attempt(head)).rejects.toThrow('did not finish')
    head.writeBigUInt64LE(104n, 40)
    head.writeBigUInt64LE(1n << 50n, 48)
    await expect(attempt(head)).rejects.toThrow('cut')
    head.writeBigUInt64LE(1n << 63n, 24)
    await expect(attempt(head)).rejects.toThrow(PerfDataError)
  })
})
