import { expect, it } from 'vitest'
import { parseHostSearch } from './host-search.ts'

it('leaves no word out, however many there are', () => {
  const labels = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`label${i}`, `${i}`]))
  const text = [...Object.entries(labels).map(([key, value]) => `${key}=${value}`), 'web', '100%'].join('  ')
  expect(parseHostSearch(text)).toEqual({ labels, words: ['%web%', '%100\\%%'] })
})

it('has one value of a label, whatever the label is called', () => {
  expect(parseHostSearch('env=prod env=prod')).toEqual({ labels: { env: 'prod' }, words: [] })
  expect(parseHostSearch('env=prod env=test')).toBeNull()
  expect(parseHostSearch('constructor=x')).toEqual({ labels: { constructor: 'x' }, words: [] })
})
