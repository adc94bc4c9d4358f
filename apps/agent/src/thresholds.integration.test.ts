import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { ThresholdWatch } from '@sonde/contract'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runAgent } from './agent.ts'
import { eventually } from './testing/eventually.ts'
import { GatewayPeer } from './testing/gateway-peer.ts'
import { FACTS } from './testing/scripted-tracing.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'
import { createTracing } from './tracing.ts'

// The agent with this machine's own /proc, against a peer that speaks the gateway's part.
const watchOf = (ruleId: string, metric: ThresholdWatch['metric'], above: number): ThresholdWatch => ({
  ruleId,
  metric,
  above,
  clearBelow: above / 2,
  forS: 4,
})

/** Keeps every CPU wanted by three tasks more, until the test is over. */
function keepBusy(): void {
  const children = Array.from({ length: availableParallelism() * 3 }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  )
  onTestFinished(() => {
    for (const child of children) child.kill('SIGKILL')
  })
}

describe('a threshold on a real host', { timeout: 60_000 }, () => {
  it('trips within seconds of the trouble, long before the next heartbeat, and one that is far away does not', async () => {
    const peer = new GatewayPeer()
    await peer.start()
    onTestFinished(() => peer.stop())
    peer.watches = [watchOf('busy-0001', 'run-queue', 1), watchOf('never-0001', 'run-queue', 999)]
    const log = pino({ level: 'silent' })
    const stateDir = await temporaryFolder()
    const stop = new AbortController()
    const tracing = createTracing({ agentVersion: 'test', hostName: null, bpfHelper: null, policyFile: null, log })
    const agent = runAgent({
      env: {
        gatewayUrl: peer.url,
        joinToken: 'sjt_valid-join-token',
        stateDir,
        labels: {},
        hostName: null,
        logLevel: 'info',
        bpfHelper: null,
        policyFile: null,
      },
      tracing: { ...tracing, detectFacts: async () => FACTS },
      log,
      signal: stop.signal,
      heartbeatMs: 120_000,
      killSwitchFile: `${stateDir}/disabled`,
    })
    onTestFinished(async () => {
      stop.abort()
      await agent
    })
    await eventually('the first heartbeat', () => peer.heartbeats.length === 1)
    const { load } = peer.heartbeats[0] ?? {}
    expect(load?.runQueue).toBeGreaterThanOrEqual(0)
    // Where this kernel has no PSI, the reason travels instead.
    if (load?.pressureProblem === null) expect(load.pressure?.cpu).toBeGreaterThanOrEqual(0)
    else expect(load?.pressureProblem).toMatch(/pressure/i)

    keepBusy()
    await eventually('the trip', () => peer.heartbeats.some((beat) => beat.trips !== undefined), 30_000)
    const [trip, ...others] = peer.heartbeats.flatMap((beat) => beat.trips ?? [])
    expect(others).toEqual([])
    expect(trip).toMatchObject({ ruleId: 'busy-0001', metric: 'run-queue', forS: 4 })
    expect(trip?.value).toBeGreaterThanOrEqual(1)
  })
})
