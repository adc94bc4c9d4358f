import type { HostFacts } from '@sonde/contract'
import { describe, expect, it } from 'vitest'
import { dryCount, parseCount, parsePerfStat, placeArgument } from './dry-count.ts'

describe('placeArgument', () => {
  it.each([
    [{ kind: 'tracepoint', id: 321, event: 'sched:sched_switch' }, 'tracepoint,321'],
    [{ kind: 'kprobe', function: 'vfs_read', isReturn: false }, 'kprobe,vfs_read'],
    [{ kind: 'kprobe', function: 'vfs_read', isReturn: true }, 'kretprobe,vfs_read'],
    [
      { kind: 'uprobe', path: '/proc/42/fd/17', fileOffset: 4473, semaphoreOffset: 88, isReturn: false, pid: null },
      'uprobe,0,4473,88,42,17',
    ],
    [{ kind: 'uprobe', path: '/proc/42/fd/17', fileOffset: 0, semaphoreOffset: 0, isReturn: true, pid: 7 }, 'uretprobe,7,0,0,42,17'],
  ] as const)('%j', (place, text) => {
    expect(placeArgument(place)).toBe(text)
  })

  it('takes no other path than an open file', () => {
    const place = { kind: 'uprobe', fileOffset: 0, semaphoreOffset: 0, isReturn: false, pid: null } as const
    for (const path of ['/usr/bin/x', '/proc/42/fd/../root/x', '/proc/42/fd/17,1', '/proc/self/fd/3'])
      expect(() => placeArgument({ ...place, path })).toThrow('not an open file')
  })
})

describe('more places than can be counted', () => {
  const facts = { tools: [], capabilities: [] } as unknown as HostFacts
  const counting = (sites: number, pids: readonly (number | null)[]) =>
    dryCount({
      items: [
        {
          label: 'usdt:x',
          collector: 'stacks',
          cost: 'uprobe',
          every: 1,
          places: Array.from({ length: sites }, (_, site) =>
            pids.map((pid) => ({
              kind: 'uprobe' as const,
              path: '/proc/42/fd/17',
              fileOffset: site,
              semaphoreOffset: 0,
              isReturn: false,
              pid,
            })),
          ).flat(),
        },
      ],
      scope: { kind: 'host' },
      facts,
      stopAboveHits: 1,
      signal: new AbortController().signal,
    })

  it('are refused, not attached uncounted', async () => {
    await expect(counting(601, [null])).rejects.toMatchObject({ reason: 'too-many-probes', message: expect.stringContaining('601 places') })
  })

  it('are counted for all processes together where that is enough', async () => {
    // There is nothing to count with here: it got as far as that.
    expect(await counting(300, [1, 2, 3])).toMatchObject({ count: null, why: expect.stringContaining('sonde-bpf') })
  })
})

describe('parseCount', () => {
  it('reads what the helper prints, with the errors of places that could not be counted', () => {
    const text = '{"type":"count","countedNs":500000000,"places":[[20,10,0],[0,0,2],[0,0,524]]}\n'
    expect(parseCount(text, 3)).toEqual({
      countedMs: 500,
      places: [
        { hits: 20, matched: 10, error: null },
        { hits: 0, matched: 0, error: 'ENOENT' },
        { hits: 0, matched: 0, error: expect.stringMatching(/524/) },
      ],
    })
  })

  it.each([
    '',
    '{"type":"count"',
    '{"type":"count","countedNs":"1","places":[]}',
    '{"type":"count","countedNs":1,"places":[[1,2,0]]}',
    '{"type":"count","countedNs":1,"places":[[1,2],[1,2,0]]}',
  ])('takes nothing else: %s', (text) => {
    expect(parseCount(text, 2)).toBeNull()
  })
})

describe('parsePerfStat', () => {
  it('reads values in order, and knows what was not counted', () => {
    const text =
      '21686,,raw_syscalls:sys_enter,2001,100.00,,\n<not supported>,,cycles,0,100.00,,\n12.50,msec,cpu-clock,1,1.0,,\nWarning: x\n'
    expect(parsePerfStat(text)).toEqual([21_686, null, 12_500_000])
  })
})
