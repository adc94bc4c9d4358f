import { describe, expect, it } from 'vitest'
import { functionName, libraryName } from './function-name.ts'

describe('names from hosts in one line', () => {
  it('show what would act, say that there is none, and end somewhere', () => {
    expect(functionName('a\nb\u202ec\u0000')).toBe('a\\nb\\u202ec\\u0000')
    expect(functionName('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>')
    expect(functionName('')).toBe('(no name)')
    expect(functionName('x'.repeat(70_000))).toHaveLength(301)
  })

  it('are the last part of a path, for libraries', () => {
    expect(libraryName('/usr/lib/x86_64-linux-gnu/libc.so.6')).toBe('libc.so.6')
    expect(libraryName('[kernel]')).toBe('[kernel]')
    expect(libraryName('/odd/')).toBe('/odd/')
    expect(libraryName('/a/\u202eb')).toBe('\\u202eb')
  })
})
