import { captureSpecSchema, specOfRecipe } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { defaultTitle } from './default-title.ts'

const byHand = (...instruments: unknown[]) => captureSpecSchema.parse({ version: 2, recipe: null, durationMs: 5_000, instruments })
const vfsRead = {
  collector: 'latency',
  start: { probe: { kind: 'kprobe', function: 'vfs_read' } },
  probe: { kind: 'kprobe', function: 'vfs_read', at: 'return' },
}

describe('the title of a capture without one', () => {
  it('is that of its recipe, with its hosts', () => {
    const spec = specOfRecipe('cpu-profile')
    expect(defaultTitle(spec, ['web-1'])).toBe('CPU profile of web-1')
    expect(defaultTitle(spec, ['web-1', 'web-2'])).toBe('CPU profile of web-1 and web-2')
    expect(defaultTitle(spec, ['web-1', 'web-2', 'web-3'])).toBe('CPU profile of web-1 and 2 more')
  })

  it('is made of the instruments where no recipe is known', () => {
    expect(defaultTitle(byHand(vfsRead), ['web-1'])).toBe('Latency of vfs_read on web-1')
    expect(defaultTitle({ ...specOfRecipe('syscall-breakdown'), recipe: 'gone-recipe' }, ['web-1'])).toBe('System calls on web-1')
    expect(defaultTitle(byHand({ collector: 'offcpu' }, vfsRead), ['a', 'b'])).toBe('Off-CPU time + latency of vfs_read on a and b')
  })

  it('stays short, and keeps the host', () => {
    const symbol = `_ZN${'x'.repeat(900)}`
    const spec = byHand({ collector: 'counts', probes: [{ kind: 'uprobe', binary: { of: 'path', path: '/bin/x' }, function: symbol }] })
    const title = defaultTitle(spec, ['web-1', 'web-2'])
    expect(title.length).toBeLessThanOrEqual(120)
    expect(title).toMatch(/^Counts of _ZNx+… on web-1 and web-2$/)
  })
})
