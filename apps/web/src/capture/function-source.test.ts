import { specOfRecipe } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { functionSource, functionSources } from './function-source.ts'
import { captureOf } from './testing/capture-of.ts'

const of = (recipe: Parameters<typeof specOfRecipe>[0]) => captureOf([], specOfRecipe(recipe, { durationMs: 5_000 }))
const waiting = of('off-cpu')
const both = captureOf([], { ...of('cpu-profile').spec, instruments: [...of('cpu-profile').spec.instruments, ...waiting.spec.instruments] })

describe('where functions come from', () => {
  it('every profile that the capture records, the CPU first', () => {
    expect(functionSources(of('cpu-profile'))).toEqual(['profile'])
    expect(functionSources(waiting)).toEqual(['offcpu'])
    expect(functionSources(both)).toEqual(['profile', 'offcpu'])
    expect(functionSources(of('file-opens'))).toEqual([])
  })

  it('what the link says, where the capture has it', () => {
    expect(functionSource(both, { fnOf: '' })).toBe('profile')
    expect(functionSource(both, { fnOf: 'offcpu' })).toBe('offcpu')
    expect(functionSource(waiting, { fnOf: 'profile' })).toBe('offcpu')
  })
})
