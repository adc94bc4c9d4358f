import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor, HostView } from '@sonde/contract'
import { type App, createJoinToken, listHosts } from '@sonde/domain'
import { createWorld, type World } from '@sonde/domain/testing'
import { ensureNative, isNativeBuilt, nativeHelper } from '../scripts/setup/build-native.mjs'
import { createProgress, type Progress } from '../scripts/setup/progress.mjs'
import { ensureArm64Helper } from './build-arm64-helper.ts'
import { ensureImage, type Image } from './build-image.ts'
import { buildInitramfs } from './build-initramfs.ts'
import { MACHINES, type Machine, type MachineId } from './machines.ts'
import { RunningMachine } from './running-machine.ts'
import { type RunningGateway, startGateway } from './start-gateway.ts'

const ROOT = path.dirname(import.meta.dirname)
export const CACHE_FOLDER = path.join(ROOT, 'node_modules/.cache/sonde-vm')
const REPORTS = path.join(ROOT, 'node_modules/.cache/sonde-test')
const FOLDER = 'sonde-vm-'
const BOOT_WITHIN_MS = 120_000
const ENROL_WITHIN_MS = 120_000
/** QEMU's user network: the guest's way to the loopback interface of the machine that runs it. */
const HOST_FROM_GUEST = '10.0.2.2'

/** A virtual machine whose real agent is enrolled with a real gateway, and everything a test needs to use it as a person would. */
export type Lab = {
  app: App
  actor: Extract<Actor, { kind: 'user' }>
  hostId: string
  machine: RunningMachine
  image: Image
  /** The machine was given the native helper. */
  hasHelper: boolean
  times: { bootMs: number; enrolMs: number }
  /** The host as the Hosts page shows it now. */
  host: () => Promise<HostView>
  close: () => Promise<void>
}

/** Starts Postgres and the gateway here, the machine with the agent there, and waits until the agent has enrolled. `close` it, always. */
export async function openLab(id: MachineId): Promise<Lab> {
  removeLeftFolders()
  const machine = MACHINES[id]
  const progress = createProgress()
  const image = await ensureImage(machine, CACHE_FOLDER, progress)
  const folder = mkdtempSync(path.join(tmpdir(), `${FOLDER}${process.pid}-`))
  let world: World | null = null
  let gateway: RunningGateway | null = null
  let running: RunningMachine | null = null
  const close = async () => {
    await running?.stop()
    await gateway?.stop()
    await world?.close()
    keepConsole(folder, id)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    world = await createWorld()
    const { app } = world
    gateway = await startGateway(world.database.url)
    const actor = await world.actor('admin')
    const { token } = await createJoinToken(actor, app, {})
    const env = {
      SONDE_GATEWAY_URL: `http://${HOST_FROM_GUEST}:${gateway.port}`,
      SONDE_JOIN_TOKEN: token,
      SONDE_HOST_NAME: `vm-${id}`,
      SONDE_LABELS: 'env=test,kind=vm',
    }
    const helper = await helperFor(machine, progress)
    const initramfs = await buildInitramfs(image, { agent: path.join(ROOT, 'apps/agent/dist'), helper, env }, folder)
    const startedMs = performance.now()
    const guest = await RunningMachine.boot(machine, image, initramfs, folder, BOOT_WITHIN_MS)
    running = guest
    const bootMs = performance.now() - startedMs
    const host = async () => {
      const found = (await listHosts(actor, app, {})).find((candidate) => candidate.name === env.SONDE_HOST_NAME)
      if (!found) throw new Error(`${env.SONDE_HOST_NAME} is not enrolled`)
      return found
    }
    const enrolled = await enrolment(host, guest)
    const enrolMs = performance.now() - startedMs - bootMs
    return { app, actor, hostId: enrolled.id, machine: guest, image, hasHelper: helper !== null, times: { bootMs, enrolMs }, host, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The native helper for this machine, built where it is not yet; null where it cannot be. */
async function helperFor({ node }: Machine, progress: Progress): Promise<string | null> {
  if (node.arch === process.arch) await ensureNative(ROOT, progress)
  else if (node.arch === 'arm64') await ensureArm64Helper(ROOT, CACHE_FOLDER, progress)
  return isNativeBuilt(ROOT, node.arch) ? nativeHelper(ROOT, node.arch) : null
}

/** Where the console of the last machine of this kind is kept. */
export const consoleFile = (id: MachineId): string => path.join(REPORTS, `vm-${id}-console.log`)

function keepConsole(folder: string, id: MachineId): void {
  const file = path.join(folder, 'console.log')
  if (!existsSync(file)) return
  mkdirSync(REPORTS, { recursive: true })
  copyFileSync(file, consoleFile(id))
}

/** Folders of test runs that were killed: named after their process. */
function removeLeftFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) rmSync(path.join(tmpdir(), name), { recursive: true, force: true })
  }
}

/** Waits for the host to be there. An agent that ended meanwhile is not waited for: its own words say why. */
async function enrolment(host: () => Promise<HostView>, guest: RunningMachine): Promise<HostView> {
  const deadline = performance.now() + ENROL_WITHIN_MS
  for (;;) {
    try {
      return await host()
    } catch (error) {
      const console = guest.consoleTail()
      const ended = /^guest: the agent ended with .*$/m.exec(console)?.[0]
      if (ended === undefined && performance.now() < deadline) await sleep(200)
      else throw new Error(`${ended ?? (error instanceof Error ? error.message : error)}. The guest's console:\n${console}`)
    }
  }
}
