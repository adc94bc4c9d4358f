import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Progress, runTool } from '../scripts/setup/progress.mjs'
import { DebianPackages } from './debian-packages.ts'
import { extractPackage } from './extract-package.ts'
import { modulesInLoadOrder } from './kernel-modules.ts'
import type { Machine } from './machines.ts'
import { installNode } from './node-binary.ts'

/** What a machine boots from. All of it is kept and never written to: a running machine writes to a throw-away layer above `disk`. */
export type Image = {
  kernel: string
  /** `uname -r` of the guest. */
  kernelVersion: string
  /** An ext4 file system with Debian's perf, bpftrace and what a capture needs besides. */
  disk: string
  /** A static busybox of the machine's architecture, for before the disk is there. */
  busybox: string
  /** The drivers of the emulated devices, in the order to load them. */
  modules: string[]
}

const PACKAGES = [
  'base-files', // os-release
  'linux-perf',
  'bpftrace',
  'bpftool',
  'coreutils',
  'util-linux',
  'mount',
  'dash',
  'sed',
  'grep',
  'mawk',
  'busybox-static',
  'iproute2',
  'libstdc++6', // of node
  'python3-minimal', // USDT probes
  'strace',
]
/** Disk, network, the port for commands; random numbers for the kernel's pool, which would else take its time under emulation. */
const MODULES = ['virtio_pci', 'virtio_blk', 'virtio_net', 'virtio_console', 'virtio_rng']
const UNNEEDED = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/icu', 'var/cache']
/** Directories that are links into /usr on a Debian of today; packages still hold the old paths. */
const MERGED = ['bin', 'sbin', 'lib']
/** The file system's size. The file is sparse: what the packages do not fill takes no room. */
const DISK_MIB = 2048

/**
 * The image of a machine: from the cache, or made from Debian's packages and the npm package with node (about 150 MB to fetch, a
 * minute). The cache goes by what is written here, not by package versions: `npm run test:vm -- --fresh` gets the newest.
 */
export async function ensureImage(machine: Machine, cacheFolder: string, progress: Progress): Promise<Image> {
  const folder = path.join(cacheFolder, `${machine.id}-${imageKey(machine)}`)
  if (!existsSync(folder)) {
    for (const old of existsSync(cacheFolder) ? readdirSync(cacheFolder) : []) {
      if (old.startsWith(`${machine.id}-`)) rmSync(path.join(cacheFolder, old), { recursive: true, force: true })
    }
    await progress.step(`making the disk of the ${machine.id} machine from Debian's packages`, () => buildImage(machine, folder))
  }
  return readImage(folder)
}

function imageKey(machine: Machine): string {
  const { debian, kernelMetaPackage, node } = machine
  const recipe = {
    debian,
    kernelMetaPackage,
    node,
    PACKAGES,
    MODULES,
    UNNEEDED,
    DISK_MIB,
    source: readFileSync(import.meta.filename, 'utf8'),
  }
  return createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16)
}

function readImage(folder: string): Image {
  const { kernelVersion, modules }: { kernelVersion: string; modules: string[] } = JSON.parse(
    readFileSync(path.join(folder, 'image.json'), 'utf8'),
  )
  return {
    kernel: path.join(folder, 'vmlinuz'),
    kernelVersion,
    disk: path.join(folder, 'disk.ext4'),
    busybox: path.join(folder, 'busybox'),
    modules: modules.map((name) => path.join(folder, 'modules', name)),
  }
}

/** Works in a folder beside and renames it at the end: an image is whole or not there. */
async function buildImage(machine: Machine, folder: string): Promise<void> {
  const work = `${folder}.new`
  rmSync(work, { recursive: true, force: true })
  const root = path.join(work, 'root')
  const result = path.join(work, 'image')
  mkdirSync(path.join(result, 'modules'), { recursive: true })
  for (const name of MERGED) {
    mkdirSync(path.join(root, 'usr', name), { recursive: true })
    symlinkSync(`usr/${name}`, path.join(root, name))
  }

  const debian = await DebianPackages.open(path.join(work, 'apt'), machine.debian.release, machine.debian.architecture)
  const kernelPackage = await debian.standsFor(machine.kernelMetaPackage)
  const kernelDebs = await debian.download([kernelPackage], { withDependencies: false })
  for (const deb of await debian.download(PACKAGES, { withDependencies: true })) await extractPackage(deb, root)
  await installNode(machine.node, path.join(work, 'node'), path.join(root, 'usr/local/bin/node'))

  const kernelRoot = path.join(work, 'kernel')
  mkdirSync(kernelRoot)
  for (const deb of kernelDebs) await extractPackage(deb, kernelRoot)
  const boot = path.join(kernelRoot, 'boot')
  const kernel = readdirSync(boot).find((name) => name.startsWith('vmlinuz-'))
  if (!kernel) throw new Error(`${kernelPackage} holds no kernel`)
  const kernelVersion = kernel.slice('vmlinuz-'.length)
  // Debian 13 has moved it into /usr.
  const modulesFolder = ['lib', 'usr/lib'].map((lib) => path.join(kernelRoot, lib, 'modules', kernelVersion)).find(existsSync)
  if (!modulesFolder) throw new Error(`${kernelPackage} holds no modules`)
  const modules = modulesInLoadOrder(modulesFolder, MODULES)
  cpSync(path.join(boot, kernel), path.join(result, 'vmlinuz'))
  for (const { name, content } of modules) writeFileSync(path.join(result, 'modules', `${name}.ko`), content)
  cpSync(path.join(root, 'usr/bin/busybox'), path.join(result, 'busybox'))

  for (const unneeded of UNNEEDED) rmSync(path.join(root, unneeded), { recursive: true, force: true })
  // Packages leave these to their installation scripts, which are not run.
  for (const name of ['proc', 'sys', 'dev', 'run', 'tmp', 'opt/sonde', 'var/lib/sonde', 'root'])
    mkdirSync(path.join(root, name), { recursive: true })
  writeFileSync(path.join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n')
  writeFileSync(path.join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n')

  const disk = path.join(result, 'disk.ext4')
  // No journal: the layer that a machine writes to is thrown away.
  await runTool('mke2fs', ['-q', '-F', '-t', 'ext4', '-O', '^has_journal', '-m', '0', '-d', root, disk, `${DISK_MIB}M`])
  writeFileSync(path.join(result, 'image.json'), JSON.stringify({ kernelVersion, modules: modules.map(({ name }) => `${name}.ko`) }))
  renameSync(result, folder)
  rmSync(work, { recursive: true, force: true })
}
