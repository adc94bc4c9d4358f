import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { encodeCatalogue } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { checkCatalogue } from './check-catalogue.ts'

const keyOf = (text: string) => createHash('sha256').update(text).digest('hex')
const text = encodeCatalogue({ kind: 'pmu', title: 'a CPU', buildId: null, notes: [] }, [
  { kind: 'pmu', id: 'cycles', label: null, refusal: null, group: 'hardware', description: 'CPU cycles', sampled: true },
])

describe('a catalogue that an agent sends', () => {
  it('is taken though those before it were refused, many at once', async () => {
    const bad = Array.from({ length: 5 }, (_, i) => checkCatalogue(keyOf(text), gzipSync(`not a catalogue ${i}`)))
    const good = Array.from({ length: 5 }, () => checkCatalogue(keyOf(text), gzipSync(text)))
    const ends = await Promise.allSettled([...bad, checkCatalogue(keyOf(text), Buffer.from('no gzip')), ...good])
    expect(ends.map(({ status }) => status)).toEqual([...Array<string>(6).fill('rejected'), ...Array<string>(5).fill('fulfilled')])
  })
})
