import { describe, expect, it } from 'vitest'
import { readBounded } from './read-bounded.ts'

const chunked = (chunks: number, onPull: () => void) =>
  new Request('http://web.test', {
    method: 'POST',
    duplex: 'half',
    body: new ReadableStream({
      pull(controller) {
        onPull()
        if (chunks-- > 0) controller.enqueue(new TextEncoder().encode('x'.repeat(1024)))
        else controller.close()
      },
    }),
  } as RequestInit)

describe('a bounded body', () => {
  it('is read whole up to its limit', async () => {
    expect(await readBounded(new Request('http://web.test', { method: 'POST', body: 'a ü 𝄞' }), 9)).toBe('a ü 𝄞')
    expect(await readBounded(new Request('http://web.test', { method: 'POST' }), 8)).toBe('')
    expect(
      (
        await readBounded(
          chunked(4, () => {}),
          4096,
        )
      ).length,
    ).toBe(4096)
  })

  it('is refused beyond it, without reading on, whatever its length was said to be', async () => {
    let pulls = 0
    await expect(
      readBounded(
        chunked(1_000, () => pulls++),
        4096,
      ),
    ).rejects.toMatchObject({ code: 'too-large' })
    expect(pulls).toBeLessThan(10)
    const said = new Request('http://web.test', { method: 'POST', body: 'xxxxx', headers: { 'content-length': '5' } })
    await expect(readBounded(said, 4)).rejects.toMatchObject({ code: 'too-large' })
  })
})
