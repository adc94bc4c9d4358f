import { type HostView, specOfRecipe } from '@sonde/contract'
import { expect, test } from 'vitest'
import { type Recorded, recordCapture, syscallsOf } from '../record-capture.ts'
import { restartAgent } from '../restart-agent.ts'
import { copyByteByByte } from '../workloads.ts'
import type { TheLab } from './with-lab.ts'

const BYTES = 2_000

/** The first capture that everybody makes, on a kernel that the machine that runs the tests does not have. */
export function syscallTests(theLab: TheLab): void {
  test('CPU + syscalls: the calls of a known workload are counted exactly', async () => {
    const { capture, pid } = await recordCopy(theLab)
    await expectExact(theLab, capture, pid)
    expect(toolOf(capture)).toBe(theLab().hasHelper ? 'sonde-bpf' : 'bpftrace')
  })
}

/** The same without the native helper. */
export function bpftraceSyscallTests(theLab: TheLab): void {
  test('CPU + syscalls: bpftrace counts the same as the helper', async () => {
    const hasHelper = ({ facts }: HostView) => facts.capabilities.some(({ id, available }) => id === 'bpf-helper' && available)
    await restartAgent(theLab(), 'SONDE_BPF_HELPER', 'none', (host) => !hasHelper(host))
    const { capture, pid } = await recordCopy(theLab)
    await restartAgent(theLab(), 'SONDE_BPF_HELPER', null, (host) => hasHelper(host) === theLab().hasHelper)
    await expectExact(theLab, capture, pid)
    expect(toolOf(capture)).toBe('bpftrace')
  })
}

async function recordCopy(theLab: TheLab): Promise<{ capture: Recorded; pid: number }> {
  let pid = 0
  const capture = await recordCapture(theLab(), specOfRecipe('cpu-and-syscalls', { durationMs: 6_000 }), async () => {
    pid = await copyByteByByte(theLab().machine, BYTES)
  })
  return { capture, pid }
}

async function expectExact(theLab: TheLab, capture: Recorded, pid: number): Promise<void> {
  expect(capture.target, capture.target.message ?? '').toMatchObject({ state: 'done', reason: null })
  const { rows, lostCalls, truncated } = await syscallsOf(theLab(), capture)
  expect({ lostCalls, truncated }).toEqual({ lostCalls: 0, truncated: false })
  const callsOf = (name: string) => rows.find((row) => row.pid === pid && row.name === name)?.calls
  expect(callsOf('write')).toBe(BYTES)
  // One more reads the header of libc.
  expect(callsOf('read')).toBe(BYTES + 1)
  expect(capture.target.quality).toMatchObject({ lostSamples: 0, partial: false })
  expect(capture.target.quality?.samples).toBeGreaterThan(50)
}

const toolOf = (capture: Recorded) => capture.target.commands.find(({ collector }) => collector === 'syscalls')?.tool
