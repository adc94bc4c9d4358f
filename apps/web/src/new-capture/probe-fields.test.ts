import { type ProbeHit, parseConditions } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { checkConditions, commonFields, fieldsOfEvent, fieldsOfProbe, fieldsOfSpan } from './probe-fields.ts'

const kprobe = (at: 'entry' | 'return') => ({ kind: 'kprobe', function: 'vfs_read', at }) as const
const uprobe = { kind: 'uprobe', binary: { of: 'library', name: 'libc.so.6' }, function: 'malloc', at: 'entry' } as const

function hit(args: ProbeHit['arguments'], returnType: string | null = null): ProbeHit {
  return {
    probe: kprobe('entry'),
    name: 'vfs_read',
    group: '',
    arguments: args,
    returnType,
    doc: null,
    onHosts: 1,
    missing: [],
    denied: null,
  }
}
const vfsRead = hit(
  [
    { name: 'count', cType: 'size_t', sort: 'number' },
    { name: 'file', cType: 'struct file *', sort: 'pointer' },
    { name: 'name', cType: 'const char *', sort: 'text' },
  ],
  'ssize_t',
)
const refs = (fields: ReadonlyArray<{ ref: string }>) => fields.map((field) => field.ref)

describe('fields', () => {
  it('of a function: arguments on entry, what it returned on return', () => {
    expect(refs(fieldsOfEvent(kprobe('entry'), vfsRead)).slice(0, 3)).toEqual(['args.count', 'args.file', 'args.name'])
    const onReturn = refs(fieldsOfEvent(kprobe('return'), vfsRead))
    expect(onReturn).toContain('ret')
    expect(onReturn.some((ref) => ref.startsWith('args.'))).toBe(false)
  })
  it('of a span: the time, both ends, and the arguments of the start by their own prefix', () => {
    const span = refs(fieldsOfSpan(kprobe('entry'), vfsRead, kprobe('return'), vfsRead))
    expect(span).toEqual(expect.arrayContaining(['duration', 'ret', 'start.count', 'pid', 'comm']))
    expect(span.some((ref) => ref.startsWith('args.'))).toBe(false)
  })
  it('of a user function go by position, of a counter there are none', () => {
    expect(refs(fieldsOfEvent(uprobe, undefined))).toContain('args.arg0')
    expect(refs(fieldsOfProbe({ kind: 'pmu', event: 'cycles' }, undefined))).toEqual(['comm', 'pid', 'tid', 'uid', 'cpu'])
  })
  it('of several probes are those that all have', () => {
    const other = hit([{ name: 'count', cType: 'size_t', sort: 'number' }])
    const common = refs(commonFields([fieldsOfEvent(kprobe('entry'), vfsRead), fieldsOfEvent(kprobe('entry'), other)]))
    expect(common).toContain('args.count')
    expect(common).not.toContain('args.file')
  })
})

describe('checkConditions', () => {
  const fields = fieldsOfEvent(kprobe('entry'), vfsRead)
  const check = (text: string, complete = true) => {
    const parsed = parseConditions(text)
    if (!parsed.ok) throw new Error(parsed.message)
    return checkConditions(parsed.conditions, fields, complete)
  }
  it.each(['args.count > 4k', 'args.file != 0', 'args.name == "x"', 'comm == nginx && pid != 1', 'args.arg3 == 1'])('takes %s', (text) => {
    expect(check(text)).toBeNull()
  })
  it.each([
    ['args.bytes > 1', /args\.bytes is not known.*args\.count/],
    ['ret < 0', /ret is not known/],
    ['args.name == 1', /is text/],
    ['args.count == "x"', /is a number/],
  ])('refuses %s, and says why', (text, message) => {
    expect(check(text)).toMatch(message)
  })
  it('knows that arguments are gone when a function returns, by name and by position', () => {
    const onReturn = fieldsOfEvent(kprobe('return'), vfsRead)
    const parsed = parseConditions('args.arg0 == 1')
    expect(parsed.ok && checkConditions(parsed.conditions, onReturn, true)).toMatch(/args\.arg0 is not known/)
  })
  it('lets a name pass while the arguments are not known', () => {
    expect(check('args.bytes > 1', false)).toBeNull()
  })
})
