import { setTimeout as sleep } from 'node:timers/promises'
import type { ProbeHit, ProbeKind } from '@sonde/contract'
import { searchBinary, searchProbes } from '@sonde/domain'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Lab } from '../lab.ts'
import type { TheLab } from './with-lab.ts'

/** Under emulation an agent reads its kernel in a minute or two. */
const READ_WITHIN_MS = 600_000

async function find(
  { app, actor, hostId }: Lab,
  text: string,
  kinds: ProbeKind[] = [],
): Promise<{ hit: ProbeHit | undefined; state: string | undefined }> {
  const { hits, hosts } = await searchProbes(actor, app, { hostIds: [hostId], text, kinds, limit: 10 })
  return { hit: hits[0], state: hosts[0]?.state }
}

/** What the agent says can be probed in this kernel, of which this machine's own may have nothing: kprobes, modules, counters. */
export function catalogueTests(theLab: TheLab, expected: { counters: string[]; moduleFunction: string }): void {
  describe('what can be probed', () => {
    beforeAll(async () => {
      const until = performance.now() + READ_WITHIN_MS
      while ((await find(theLab(), '')).state !== 'ready') {
        if (performance.now() > until) throw new Error('the agent did not say what can be probed')
        await sleep(1_000)
      }
    }, READ_WITHIN_MS + 10_000)

    test('functions of the kernel come with their types, and may be probed', async () => {
      const { hit } = await find(theLab(), 'vfs_read', ['kprobe'])
      expect(hit).toMatchObject({ probe: { function: 'vfs_read' }, onHosts: 1, missing: [], denied: null, returnType: 'ssize_t' })
      expect(hit?.arguments.map(({ name, cType }) => `${cType} ${name}`)).toEqual([
        'struct file * file',
        'char * buf',
        'size_t count',
        'loff_t * pos',
      ])
    })

    test('functions of modules come with their types from the module’s own BTF', async () => {
      const { hit } = await find(theLab(), expected.moduleFunction, ['kprobe'])
      expect(hit).toMatchObject({ probe: { function: expected.moduleFunction }, onHosts: 1, group: expect.stringMatching(/^virtio/) })
      expect(hit?.arguments.length).toBeGreaterThan(0)
    })

    test('what this kernel lists is what can be traced in it', async () => {
      const { output } = await theLab().machine.run('cut -d" " -f1 /sys/kernel/tracing/available_filter_functions | sort -u | wc -l')
      const { app, actor, hostId } = theLab()
      const { total } = await searchProbes(actor, app, { hostIds: [hostId], text: '', kinds: ['kprobe'], limit: 1 })
      // Pieces of functions and marked addresses are left out.
      expect(total).toBeGreaterThan(Number(output) * 0.95)
      expect(total).toBeLessThanOrEqual(Number(output))
    })

    test('what must not be probed says so', async () => {
      expect((await find(theLab(), '_raw_spin_lock', ['kprobe'])).hit?.denied ?? 'not listed').toMatch(/hang|refuses|not listed/)
    })

    test('counters are those that can be opened here', async () => {
      for (const counter of expected.counters)
        expect((await find(theLab(), counter, ['pmu'])).hit).toMatchObject({ probe: { event: counter }, onHosts: 1 })
      const { hit } = await find(theLab(), 'cycles', ['pmu'])
      expect(hit?.name === 'cycles').toBe(expected.counters.includes('cycles'))
    })

    test('functions of a program in the guest are found in its file', async () => {
      const { app, actor, hostId } = theLab()
      const binary = { of: 'library', name: 'libc.so.6' } as const
      const until = performance.now() + READ_WITHIN_MS
      for (;;) {
        const { hits, hosts } = await searchBinary(actor, app, { hostIds: [hostId], text: 'malloc', limit: 10, binary })
        if (hosts[0]?.state === 'ready') {
          expect(hits[0]).toMatchObject({ probe: { kind: 'uprobe', function: 'malloc', binary }, onHosts: 1 })
          return
        }
        // An emulated CPU may take longer than a person waits.
        if (performance.now() > until) throw new Error(hosts[0]?.message ?? 'no answer')
        await sleep(2_000)
      }
    })
  })
}
