import { setTimeout as sleep } from 'node:timers/promises'
import type { HostView } from '@sonde/contract'
import type { Lab } from './lab.ts'

const BACK_WITHIN_MS = 90_000

/** Stops the guest's agent and lets it start again with this setting (null: without), until the host's facts show it. */
export async function restartAgent(lab: Lab, name: string, value: string | null, shows: (host: HostView) => boolean): Promise<void> {
  const file = '/opt/sonde/agent.env'
  const set = value === null ? '' : `echo "${name}='${value}'" >>${file};`
  const { status, output } = await lab.machine.run(`sed -i '/^${name}=/d' ${file}; ${set} kill $(cat /run/agent.pid)`)
  if (status !== 0) throw new Error(`the agent could not be stopped: ${output}`)
  const deadline = performance.now() + BACK_WITHIN_MS
  while (!shows(await lab.host())) {
    if (performance.now() > deadline) throw new Error(`the agent did not come back. The guest's console:\n${lab.machine.consoleTail()}`)
    await sleep(200)
  }
}
