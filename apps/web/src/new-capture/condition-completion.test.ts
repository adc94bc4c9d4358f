import { parseConditions } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { completeCondition } from './condition-completion.ts'
import type { FieldInfo } from './probe-fields.ts'

const fields: FieldInfo[] = [
  { ref: 'args.bytes', type: 'size_t', sort: 'number' },
  { ref: 'args.by', type: 'int', sort: 'number' },
  { ref: 'start.bytes', type: 'size_t', sort: 'number' },
  { ref: 'comm', type: 'name', sort: 'text' },
  { ref: 'pid', type: 'process', sort: 'number' },
]
const labels = (text: string, cursor = text.length) => completeCondition(text, cursor, fields).options.map((option) => option.label)

describe('completeCondition', () => {
  it('offers every field at the beginning of a condition', () => {
    for (const text of ['', '  ', 'pid == 1 && ', 'pid == 1,']) expect(labels(text)).toEqual(fields.map((field) => field.ref))
  })
  it('offers fields by what they begin with, with or without their prefix', () => {
    expect(labels('by')).toEqual(['args.bytes', 'args.by', 'start.bytes'])
    expect(labels('args.byt')).toEqual(['args.bytes'])
    expect(labels('mm')).toEqual(['comm'])
    expect(labels('zzz')).toEqual([])
  })
  it('offers operators after a field, and for text only those that it knows', () => {
    expect(labels('pid ')).toEqual(['==', '!=', '<', '<=', '>', '>=', '&'])
    expect(labels('pid <')).toEqual(['<='])
    expect(labels('comm ')).toEqual(['==', '!='])
  })
  it('offers nothing for a value, and && after one', () => {
    expect(labels('pid == ')).toEqual([])
    expect(labels('pid == 12')).toEqual([])
    expect(labels('comm == "a && b')).toEqual([])
    expect(labels('pid == 12 ')).toEqual(['&&'])
    expect(labels('comm == "a, b" ')).toEqual(['&&'])
  })
  it('looks at what is before the cursor alone', () => {
    expect(labels('co && pid == 1', 2)).toEqual(['comm'])
  })
  it('leads to something that can be read, one step after the other', () => {
    let text = ''
    for (const step of ['pid', '==', '12 ', '&&', 'args.by', '>', '4k']) {
      const { from, options } = completeCondition(text, text.length, fields)
      const option = options.find(({ label }) => label === step)
      text = option ? text.slice(0, from) + option.insert : text + step
    }
    expect(parseConditions(text)).toEqual({
      ok: true,
      conditions: [
        { field: 'pid', op: '==', value: 12 },
        { field: 'args.by', op: '>', value: 4096 },
      ],
    })
  })
})
