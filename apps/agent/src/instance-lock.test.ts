import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { takeInstanceLock } from './instance-lock.ts'
import { temporaryFolder } from './testing/temporary-folder.ts'

// Two processes at once are in crash.integration.test.ts.
describe('takeInstanceLock', () => {
  it('leaves nothing behind when released', async () => {
    const folder = await temporaryFolder()
    const lock = await takeInstanceLock(folder)
    expect(JSON.parse(await readFile(path.join(folder, 'agent.lock'), 'utf8'))).toMatchObject({ pid: process.pid })
    await lock.release()
    expect(await readdir(folder)).toEqual([])
  })

  it('refuses while the owner lives, by pid and start time', async () => {
    const folder = await temporaryFolder()
    const { pid, startTicks, bootId } = await ownerOf(process.ppid)
    await writeFile(path.join(folder, 'agent.lock'), JSON.stringify({ pid, startTicks, bootId }))
    await expect(takeInstanceLock(folder)).rejects.toThrow(`Another agent (pid ${pid}) already uses the state folder ${folder}`)
    expect(await readdir(folder)).toEqual(['agent.lock'])
  })

  it.each([
    ['a pid that another process has now', async () => ({ ...(await ownerOf(process.ppid)), startTicks: '1' })],
    ['our own pid, from before', async () => ({ ...(await ownerOf(process.pid)), startTicks: '1' })],
    ['another boot', async () => ({ ...(await ownerOf(process.ppid)), bootId: 'before' })],
    ['a process that is gone', async () => ({ pid: 4_194_303, startTicks: '5', bootId: null })],
    ['half a file', async () => null],
  ])('takes over a lock of %s', async (_what, owner) => {
    const folder = await temporaryFolder()
    const content = await owner()
    await writeFile(path.join(folder, 'agent.lock'), content === null ? '{"pid":' : JSON.stringify(content))
    const lock = await takeInstanceLock(folder)
    expect(await readdir(folder)).toEqual(['agent.lock'])
    await lock.release()
  })
})

async function ownerOf(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  return { pid, startTicks, bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim() }
}
