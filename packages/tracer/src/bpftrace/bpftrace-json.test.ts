import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { BpftraceJsonStream, type BpftraceMessage, log2Bucket, parseBpftraceJson, splitMapKey } from './bpftrace-json.ts'

const oracle = path.resolve(import.meta.dirname, '../../../../../shared/oracle')
const hasOracle = existsSync(path.join(oracle, 'bpftrace-json'))
const read = (file: string) => readFileSync(path.join(oracle, file), 'utf8')

describe.skipIf(!hasOracle)("bpftrace's golden outputs (../shared/oracle)", () => {
  it('reads every file without a malformed message', () => {
    for (const folder of ['bpftrace-json', 'recorded']) {
      for (const file of readdirSync(path.join(oracle, folder)).filter(
        (name) => /\.(json|ndjson|jsonl)$/.test(name) && /bpftrace|^(?!perf|custom)/.test(name),
      )) {
        const messages = parseBpftraceJson(read(`${folder}/${file}`))
        expect(messages.length, file).toBeGreaterThan(0)
        expect(
          messages.filter((message) => message.type === 'malformed' || message.type === 'other'),
          file,
        ).toEqual([])
      }
    }
  })

  it('reads maps, with a key and without', () => {
    expect(parseBpftraceJson(read('bpftrace-json/map.json'))).toEqual([
      {
        type: 'map',
        name: '@map',
        entries: [
          { key: 'key1', value: 2 },
          { key: 'key2', value: 3 },
        ],
      },
    ])
    expect(parseBpftraceJson(read('bpftrace-json/scalar_str.json'))).toEqual([
      { type: 'map', name: '@scalar_str', entries: [{ key: null, value: 'a b \n d e' }] },
    ])
    expect(parseBpftraceJson(read('bpftrace-json/multiple_maps.ndjson')).map((m) => 'name' in m && m.name)).toEqual(['@map1', '@map2'])
    expect(parseBpftraceJson(read('bpftrace-json/stats.json'))).toEqual([
      { type: 'stats', name: '@stats', entries: [{ key: null, value: { count: 2, average: 6, total: 12 } }] },
    ])
  })

  it('reads histograms, open at both ends', () => {
    const [multiple] = parseBpftraceJson(read('bpftrace-json/hist_multiple.json'))
    expect(multiple?.type === 'hist' && multiple.entries.map(({ key, value }) => [key, value.length])).toEqual([
      ['bpftrace', 1],
      ['curl', 13],
    ])
    expect(multiple?.type === 'hist' && multiple.entries[1]?.value[0]).toEqual({ min: null, max: -1, count: 1 })
    const [linear] = parseBpftraceJson(read('bpftrace-json/lhist.json'))
    expect(linear?.type === 'hist' && linear.entries[0]?.value.at(-1)).toEqual({ min: 100, max: null, count: 1 })
  })

  it('gives the same in pieces of any size', () => {
    for (const file of ['recorded/bpftrace-syscalls.jsonl', 'bpftrace-json/hist_multiple.json']) {
      const whole = parseBpftraceJson(read(file))
      const bytes = Buffer.from(read(file))
      for (const size of [1, 7, 4096]) {
        const stream = new BpftraceJsonStream()
        const messages: BpftraceMessage[] = []
        for (let i = 0; i < bytes.length; i += size) messages.push(...stream.push(bytes.subarray(i, i + size)))
        expect([...messages, ...stream.end()]).toEqual(whole)
      }
    }
  })
})

describe('messages', () => {
  it('tells text, losses and probes apart', () => {
    const text =
      '{"type": "attached_probes", "data": {"probes": 4}}\n\n{"type": "printf", "data": "a {\\"b\\"} \\n"}{"type": "time", "data": "11:47:54\\n"}\n{"type": "lost_events", "data": {"events": 148}}\n'
    expect(parseBpftraceJson(text)).toEqual([
      { type: 'attached_probes', probes: 4 },
      { type: 'text', source: 'printf', text: 'a {"b"} \n' },
      { type: 'text', source: 'time', text: '11:47:54\n' },
      { type: 'lost_events', events: 148 },
    ])
  })

  it('tells keyed statistics from bare ones, and keeps averages', () => {
    expect(parseBpftraceJson('{"type": "stats", "data": {"@s": {"ls,3": {"count": 1, "average": 5, "total": 5}}}}')).toEqual([
      { type: 'stats', name: '@s', entries: [{ key: 'ls,3', value: { count: 1, average: 5, total: 5 } }] },
    ])
    expect(parseBpftraceJson('{"type": "stats", "data": {"@av": 499}}')).toEqual([
      { type: 'stats', name: '@av', entries: [{ key: null, value: { count: 0, average: 499, total: 0 } }] },
    ])
  })

  it('keeps keys that look like fields of every object, such as __proto__', () => {
    const [message] = parseBpftraceJson('{"type": "map", "data": {"@": {"__proto__": 1, "constructor": 2}}}')
    expect(message?.type === 'map' && message.entries.map(({ key }) => key)).toEqual(['__proto__', 'constructor'])
  })

  it('calls what it cannot read malformed and goes on with the next message', () => {
    const good = '{"type": "printf", "data": "ok"}'
    for (const bad of [
      '{"type": "map", "data": [1]}',
      '{"type": "hist", "data": {"@": [{"min": 1}]}}',
      '{"type": 3}',
      '{nonsense}',
      '{"type": "attached_probes", "data": {"probes": "4"}}',
    ]) {
      const messages = parseBpftraceJson(`${bad}\n${good}\n`)
      expect(messages.map((m) => m.type)).toEqual(['malformed', 'text'])
    }
  })

  it('gives up a message that was cut, in a string or outside of one, and reads the next', () => {
    for (const cut of ['{"type": "map", "data": {"@h": {"1,2": 3, "1', '{"type": "map", "data": {"@h": {"1,2": 3']) {
      const messages = parseBpftraceJson(`${cut}\n{"type": "printf", "data": "ok"}\n`)
      expect(messages.filter((m) => m.type === 'text')).toEqual([{ type: 'text', source: 'printf', text: 'ok' }])
      expect(messages.some((m) => m.type === 'malformed')).toBe(true)
    }
    expect(parseBpftraceJson('{"type": "map", "data": {"@h"').map((m) => m.type)).toEqual(['malformed'])
  })
})

describe('splitMapKey', () => {
  it('gives commas to the one part that is text', () => {
    expect(splitMapKey('4242,a,b,257', ['number', 'text', 'number'])).toEqual([4242, 'a,b', 257])
    expect(splitMapKey('4242,,257', ['number', 'text', 'number'])).toEqual([4242, '', 257])
    expect(splitMapKey('1,-5,-110', ['number', 'number', 'number'])).toEqual([1, -5, -110])
  })

  it('refuses what does not fit', () => {
    expect(splitMapKey('1,2', ['number', 'number', 'number'])).toBeNull()
    expect(splitMapKey('1,2,3', ['number', 'number'])).toBeNull()
    expect(splitMapKey('a,2', ['number', 'number'])).toBeNull()
    expect(splitMapKey('a,b', ['text', 'text'])).toBeNull()
  })
})

it('log2Bucket: the power of two that a bucket begins at', () => {
  expect([0, 1, 2, 4, 8, 2 ** 40].map((min) => log2Bucket({ min, max: null, count: 1 }))).toEqual([0, 0, 1, 2, 3, 40])
  expect(log2Bucket({ min: null, max: -1, count: 1 })).toBeNull()
})
