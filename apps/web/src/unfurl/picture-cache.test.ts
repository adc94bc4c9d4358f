import { describe, expect, it } from 'vitest'
import { PictureCache } from './picture-cache.ts'

const of = (bytes: number) => async () => Buffer.alloc(bytes)

describe('PictureCache', () => {
  it('draws a picture once, however many ask for it at the same time and later', async () => {
    const cache = new PictureCache(1_000)
    let drawn = 0
    const draw = async () => {
      drawn++
      await new Promise((resolve) => setTimeout(resolve, 5))
      return Buffer.from('png')
    }
    const all = await Promise.all(Array.from({ length: 20 }, () => cache.get('a', draw)))
    expect(new Set(all).size).toBe(1)
    await cache.get('a', draw)
    expect(drawn).toBe(1)
    await cache.get('b', draw)
    expect(drawn).toBe(2)
  })

  it('keeps no failure', async () => {
    const cache = new PictureCache(1_000)
    await expect(cache.get('a', async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect((await cache.get('a', of(3))).length).toBe(3)
  })

  it('forgets what was asked for longest ago, and never holds more than it may', async () => {
    const cache = new PictureCache(250)
    const seen: string[] = []
    const ask = (key: string, bytes = 100) =>
      cache.get(key, async () => {
        seen.push(key)
        return Buffer.alloc(bytes)
      })
    await ask('a')
    await ask('b')
    await ask('a')
    await ask('c')
    await ask('a')
    await ask('b')
    expect(seen).toEqual(['a', 'b', 'c', 'b'])
    await ask('huge', 1_000)
    await ask('huge', 1_000)
    expect(seen.slice(4)).toEqual(['huge', 'huge'])
  })
})
