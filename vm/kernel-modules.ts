import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export type KernelModule = { name: string; content: Buffer }

const MAX_MODULE_BYTES = 64 * 1024 * 1024

/** modinfo's name of a module file: virtio-rng.ko → virtio_rng */
const moduleName = (file: string): string =>
  path
    .basename(file)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_')

/**
 * Kernel modules and all that they depend on, uncompressed, in the order to load them. A package holds no modules.dep (depmod writes
 * it at installation), so the dependencies are read from the modules' own .modinfo: `depends=a,b`.
 * A module that the kernel has built in has no file and is left out.
 */
export function modulesInLoadOrder(modulesFolder: string, wanted: readonly string[]): KernelModule[] {
  const files = new Map<string, string>()
  for (const entry of readdirSync(modulesFolder, { recursive: true, encoding: 'utf8' })) {
    if (/\.ko(\.xz)?$/.test(entry)) files.set(moduleName(entry), path.join(modulesFolder, entry))
  }
  const ordered = new Map<string, KernelModule>()
  const visit = (name: string) => {
    const file = files.get(name)
    if (file === undefined || ordered.has(name)) return
    const content = file.endsWith('.xz') ? execFileSync('xz', ['-dc', file], { maxBuffer: MAX_MODULE_BYTES }) : readFileSync(file)
    for (const dependency of dependenciesOf(content)) visit(dependency)
    ordered.set(name, { name, content })
  }
  wanted.forEach(visit)
  return [...ordered.values()]
}

function dependenciesOf(module: Buffer): string[] {
  const start = module.indexOf('\0depends=')
  if (start < 0) return []
  const from = start + '\0depends='.length
  return module.toString('latin1', from, module.indexOf(0, from)).split(',').filter(Boolean).map(moduleName)
}
