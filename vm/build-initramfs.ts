import { spawn } from 'node:child_process'
import { chmodSync, cpSync, createWriteStream, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Image } from './build-image.ts'

const GUEST_FILES = path.join(import.meta.dirname, 'guest')

/** What changes from run to run, and so is not on the disk. */
export type GuestFiles = {
  /** Folder of the built agent (apps/agent/dist). */
  agent: string
  /** sonde-bpf for the machine's architecture; null: the agent has to do without. */
  helper: string | null
  /** The agent's environment variables. */
  env: Readonly<Record<string, string>>
}

/**
 * Writes the archive that the kernel unpacks as its first root: busybox, drivers, the scripts of vm/guest, the agent and its
 * settings. guest/init.sh puts them onto the disk and goes on from there. A few MB, so that emulation boots it in no time.
 */
export async function buildInitramfs(image: Image, files: GuestFiles, workFolder: string): Promise<string> {
  const root = path.join(workFolder, 'initramfs')
  rmSync(root, { recursive: true, force: true })
  for (const name of ['bin', 'proc', 'sys', 'dev', 'disk', 'modules', 'sonde/agent']) mkdirSync(path.join(root, name), { recursive: true })
  cpSync(image.busybox, path.join(root, 'bin/busybox'))
  symlinkSync('busybox', path.join(root, 'bin/sh'))
  image.modules.forEach((file, index) => {
    cpSync(file, path.join(root, 'modules', `${String(index).padStart(2, '0')}-${path.basename(file)}`))
  })
  for (const name of readdirSync(GUEST_FILES)) {
    const target = path.join(root, name === 'init.sh' ? 'init' : `sonde/${name}`)
    cpSync(path.join(GUEST_FILES, name), target)
    chmodSync(target, 0o755)
  }
  cpSync(files.agent, path.join(root, 'sonde/agent'), { recursive: true })
  if (files.helper !== null) cpSync(files.helper, path.join(root, 'sonde/agent/sonde-bpf'))
  writeFileSync(
    path.join(root, 'sonde/agent.env'),
    Object.entries(files.env)
      .map(([key, value]) => `${key}=${quoted(value)}\n`)
      .join(''),
  )

  const archive = path.join(workFolder, 'initramfs.cpio')
  // The kernel's unpacker reads the `newc` format; uncompressed, since emulated gunzip takes longer than reading it.
  const cpio = spawn('cpio', ['--quiet', '-o', '-H', 'newc', '-R', '0:0'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] })
  const code = new Promise<number | null>((resolve, reject) => {
    cpio.once('error', reject)
    cpio.once('close', resolve)
  })
  cpio.stdin.end(['.', ...readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()].map((name) => `${name}\n`).join(''))
  await pipeline(cpio.stdout, createWriteStream(archive))
  if ((await code) !== 0) throw new Error('cpio could not write the initramfs')
  rmSync(root, { recursive: true })
  return archive
}

/** For a file that the guest's shell reads. */
const quoted = (value: string): string => `'${value.replaceAll("'", `'\\''`)}'`
