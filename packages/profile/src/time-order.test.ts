import { expect, it } from 'vitest'
import { seededRandom } from './seeded-random.ts'
import { timeOrder } from './time-order.ts'

it('sorts like a stable sort, whatever the number of runs', () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seededRandom(seed)
    const length = Math.floor(random() * 60)
    // Few distinct times, so that stability is tested.
    const times = Float64Array.from({ length }, () => Math.floor(random() * 12))
    const order = timeOrder(times) ?? Uint32Array.from({ length }, (_, i) => i)
    const expected = Array.from({ length }, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
    expect([...order]).toEqual(expected)
  }
})

it('says null for what is sorted', () => {
  expect(timeOrder(new Float64Array(0))).toBeNull()
  expect(timeOrder(Float64Array.of(1, 1, 2))).toBeNull()
})
