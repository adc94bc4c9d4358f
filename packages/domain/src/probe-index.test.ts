import { type CatalogueEntry, encodeCatalogue, PROBE_KINDS, type ProbeKind } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { Catalogue } from './catalogue.ts'
import { ProbeIndex } from './probe-index.ts'

const ALL = new Set<ProbeKind>(PROBE_KINDS)
const named = { label: null, refusal: null }
const tracepoint = (id: string): CatalogueEntry => ({ kind: 'tracepoint', id, ...named, module: null, printFmt: '', fields: [] })
const kprobe = (id: string, refusal: CatalogueEntry['refusal'] = null): CatalogueEntry => ({
  kind: 'kprobe',
  id,
  label: null,
  refusal,
  module: null,
  signature: null,
})
const uprobe = (id: string, label: string | null = null): CatalogueEntry => ({
  kind: 'uprobe',
  id,
  label,
  refusal: null,
  sizeBytes: 1,
  offset: 1,
  exported: true,
})

let keys = 0
const catalogueOf = (...entries: CatalogueEntry[]) =>
  new Catalogue(`${++keys}`, encodeCatalogue({ kind: 'kernel', title: 't', buildId: null, notes: [] }, entries))
const indexOf = (...entries: CatalogueEntry[]) => new ProbeIndex([catalogueOf(...entries)])
const search = (index: ProbeIndex, text: string, options: { kinds?: ProbeKind[]; limit?: number; demoted?: ProbeKind[] } = {}) => {
  const { kinds, limit = 100, demoted = [] } = options
  const result = index.search({ text, kinds: kinds ? new Set(kinds) : ALL, limit, demoted: new Set(demoted) })
  return { ...result, names: result.probes.map((probe) => index.nameOf(probe)) }
}

describe('a search', () => {
  const index = indexOf(
    ...[
      'syscalls:sys_enter_openat',
      'syscalls:sys_exit_openat',
      'syscalls:sys_enter_openat2',
      'tcp:tcp_send_reset',
      'sched:sched_switch',
    ].map(tracepoint),
    ...['do_sys_openat2', 'path_openat', 'reopenattach', 'tcp_sendmsg', 'tcp_send_ack', 'schedule', 'io_schedule'].map((id) => kprobe(id)),
    uprobe('_ZN4node6Buffer3NewEPN2v87IsolateEm', 'node::Buffer::New(v8::Isolate*, unsigned long)'),
    uprobe('_ZN2v88internal9OpenAtom', 'v8::internal::OpenAtom()'),
    uprobe('getAddrInfo'),
  )

  it('puts what is called so first, then what begins so, then words inside, then the rest', () => {
    expect(search(index, 'openat').names).toEqual([
      'syscalls:sys_enter_openat',
      'syscalls:sys_exit_openat',
      'v8::internal::OpenAtom()',
      'path_openat',
      'do_sys_openat2',
      'syscalls:sys_enter_openat2',
      'reopenattach',
    ])
    expect(search(index, 'schedule').names).toEqual(['schedule', 'io_schedule'])
    expect(search(index, 'new').names[0]).toBe('node::Buffer::New(v8::Isolate*, unsigned long)')
    expect(search(index, 'info').names).toEqual(['getAddrInfo'])
  })

  it('takes words in any order and any case, and needs all of them', () => {
    for (const text of ['tcp send', 'SEND tcp', '  send   TCP ']) {
      expect(search(index, text).names.sort()).toEqual(['tcp:tcp_send_reset', 'tcp_send_ack', 'tcp_sendmsg'])
    }
    expect(search(index, 'tcp nothing')).toMatchObject({ names: [], total: 0, searched: 15 })
    expect(search(index, 'Ω').total).toBe(0)
  })

  it('understands the notation that people paste', () => {
    expect(search(index, 'tracepoint:syscalls:sys_enter_openat').names[0]).toBe('syscalls:sys_enter_openat')
    expect(search(index, 'kretprobe:schedule').names).toEqual(['schedule', 'io_schedule'])
  })

  it('counts all and shows some, and without words shows the first', () => {
    expect(search(index, 'openat', { limit: 2 })).toMatchObject({
      total: 7,
      names: ['syscalls:sys_enter_openat', 'syscalls:sys_exit_openat'],
    })
    expect(search(index, '', { limit: 2 })).toMatchObject({
      total: 15,
      searched: 15,
      names: ['sched:sched_switch', 'syscalls:sys_enter_openat'],
    })
  })

  it('keeps to the kinds asked for, and shows useless ones last', () => {
    expect(search(index, 'openat', { kinds: ['kprobe'] })).toMatchObject({ total: 3, searched: 7 })
    expect(
      search(index, 'openat', { demoted: ['tracepoint'] })
        .names.slice(-3)
        .every((name) => name.startsWith('syscalls:')),
    ).toBe(true)
  })

  it('finds what a plain filter finds, whatever the names and words are', () => {
    let state = 7
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state % below
    }
    const parts = ['a', 'ab', 'aba', 'b', 'Ba', '_', '::', 'x1', 'sys', '(', ')', ' ']
    const word = (length: number) => Array.from({ length: 1 + random(length) }, () => parts[random(parts.length)]).join('')
    for (let round = 0; round < 60; round++) {
      const entries = Array.from({ length: 80 }, (_, i) => uprobe(`s${i}`, random(3) === 0 ? null : word(8).trim() || null))
      const index = indexOf(...entries)
      const names = entries.map((entry) => entry.label ?? entry.id)
      for (let q = 0; q < 20; q++) {
        const text = random(3) === 0 ? `${word(3)} ${word(2)}` : word(4)
        const words = text.toLowerCase().split(/\s+/).filter(Boolean)
        const expected = names.filter((name) => words.every((part) => name.toLowerCase().includes(part)))
        const found = search(index, text, { limit: 1_000 })
        expect([text, found.total, ...found.names.sort()]).toEqual([text, expected.length, ...expected.sort()])
        expect(search(index, text, { limit: 5 }).probes).toEqual(found.probes.slice(0, 5))
      }
    }
  })
})

describe('an index over several catalogues', () => {
  const [one, two] = [
    catalogueOf(kprobe('both'), kprobe('first'), tracepoint('a:both')),
    catalogueOf(kprobe('both', 'deny-list'), kprobe('second')),
  ]
  const index = new ProbeIndex([one, two])
  const presenceOf = (name: string) => {
    const [probe = -1] = search(index, name, { kinds: ['kprobe'] }).probes
    return index.presenceOf(probe)
  }

  it('has each probe once, and knows who has it', () => {
    expect(index.size).toBe(4)
    expect(presenceOf('both')).toEqual([
      { catalogue: 0, refusal: null },
      { catalogue: 1, refusal: 'deny-list' },
    ])
    expect(presenceOf('first')).toEqual([{ catalogue: 0, refusal: null }])
    expect(presenceOf('second')).toEqual([{ catalogue: 1, refusal: null }])
  })

  it('shows the details of the first', () => {
    expect(search(index, 'both', { kinds: ['kprobe'] }).probes.map((probe) => index.entryOf(probe))).toEqual([kprobe('both')])
  })
})

describe('a catalogue', () => {
  const catalogue = catalogueOf(tracepoint('a:b'), kprobe('b'), kprobe('bc'), uprobe('_Zx', 'label'), uprobe('_Zxy'))

  it('finds a line by its kind and id alone', () => {
    const find = (kind: ProbeKind, id: string) => {
      const line = catalogue.find(kind, id)
      return line < 0 ? null : catalogue.entry(line).id
    }
    expect([find('kprobe', 'b'), find('kprobe', 'bc'), find('tracepoint', 'a:b'), find('uprobe', '_Zx')]).toEqual(['b', 'bc', 'a:b', '_Zx'])
    expect([find('kprobe', 'a:b'), find('tracepoint', 'b'), find('uprobe', 'label'), find('kprobe', ''), find('kprobe', 'b\t')]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ])
  })

  it('finds lines by a pattern', () => {
    expect(catalogue.matching('kprobe', (id) => id.startsWith('b'), 1)).toMatchObject({ total: 2, lines: [1] })
  })
})
