import { functionTable, keyOfFrame, sandwich, syntheticProfile } from '@sonde/profile'
import { describe, expect, it } from 'vitest'
import { buildLayout } from '../layout.ts'
import { answerSandwich } from './answer-sandwich.ts'
import { transferables } from './transferables.ts'

const profile = syntheticProfile({ nodes: 4_000, seed: 3 })
const { frame: frames } = functionTable(profile)

describe('callers and callees, ready to draw', () => {
  it('are those of packages/profile, found by the key of the function', () => {
    for (const frame of [frames[0] ?? 0, frames[40] ?? 0]) {
      const answer = answerSandwich(profile, { selection: {}, function: keyOfFrame(profile, frame) })
      const { callers, callees, ...sums } = sandwich(profile, {}, frame)
      expect(answer).toMatchObject(sums)
      expect(answer?.callers).toEqual({ id: 0, tree: callers, layout: buildLayout(callers) })
      expect(answer?.callees).toEqual({ id: 0, tree: callees, layout: buildLayout(callees) })
      expect(answer?.name).toBe(profile.strings[profile.frames.name[frame] ?? 0])
    }
  })

  it('are null where there is no such function', () => {
    expect(answerSandwich(profile, { selection: {}, function: '00000000000000' })).toBeNull()
    expect(answerSandwich(profile, { selection: {}, function: '' })).toBeNull()
  })

  it('are a function alone where the selection does not have it', () => {
    const answer = answerSandwich(profile, { selection: { hostId: 'nobody' }, function: keyOfFrame(profile, frames[5] ?? 0) })
    expect(answer).toMatchObject({ total: 0, self: 0, all: 0 })
    expect([answer?.callers.tree.length, answer?.callees.tree.length]).toEqual([1, 1])
  })

  it('can be handed over to another thread, each column once', () => {
    const question = { selection: {}, function: keyOfFrame(profile, frames[1] ?? 0) }
    const answer = answerSandwich(profile, question)
    expect(structuredClone(answer, { transfer: transferables(answer, () => false) })).toEqual(answerSandwich(profile, question))
  })
})
