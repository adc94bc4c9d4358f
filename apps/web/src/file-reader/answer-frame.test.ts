import { EMPTY_QUALITY } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { decodeAnswer, encodeAnswer, type ReadAnswer } from './answer-frame.ts'

const host = (id: string, chunks: number[][]) => ({
  id,
  name: 'a\u202e"\n',
  quality: { ...EMPTY_QUALITY, samples: 3 },
  chunks: chunks.map((bytes) => Uint8Array.from(bytes)),
})
const answer: ReadAnswer = {
  format: 'folded',
  startMs: 1.5,
  durationMs: 0,
  hosts: [host('cap-1', [[1, 2, 3], [4]]), host('cap-2', [[5, 6]])],
}
const frame = Buffer.concat(encodeAnswer(answer))

describe('answer frames', () => {
  it('come back as they were', () => {
    const back = decodeAnswer(frame)
    if ('problem' in back) throw new Error(back.problem)
    expect(back.hosts.map((h) => ({ ...h, chunks: h.chunks.map((chunk) => [...chunk]) }))).toEqual([
      { ...host('cap-1', []), chunks: [[1, 2, 3], [4]] },
      { ...host('cap-2', []), chunks: [[5, 6]] },
    ])
    expect(decodeAnswer(Buffer.concat(encodeAnswer({ problem: 'is empty' })))).toEqual({ problem: 'is empty' })
  })

  it('are refused wherever they are cut, and with anything behind them', () => {
    for (let length = 0; length < frame.length; length++) expect(() => decodeAnswer(frame.subarray(0, length)), `${length} bytes`).toThrow()
    expect(() => decodeAnswer(Buffer.concat([frame, Buffer.of(0)]))).toThrow('longer')
  })
})
