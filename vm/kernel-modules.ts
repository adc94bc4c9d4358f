import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** modinfo's name of a module file: virtio-rng.ko → virtio_rng */
const moduleName = (file: string): string =>
  path
    .basename(file)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_')

/**
 * Files of kernel modules and all that they depend on, in the order to load them. A package holds no modules.dep (depmod writes
 * it at installation), so the dependencies are read from the modules' own .modinfo: `depends=a,b`.
 * A module that the kernel has built in has no file and is left out.
 */
export function modulesInLoadOrder(modulesFolder: string, wanted: readonly string[]): string[] {
  const files = new Map<string, string>()
  for (const entry of readdirSync(modulesFolder, { recursive: true, encoding: 'utf8' })) {
    if (/\.ko(\.(xz|gz|zst))?$/.test(entry)) files.set(moduleName(entry), path.join(modulesFolder, entry))
  }
  const ordered = new Set<string>()
  const visit = (name: string) => {
    const file = files.get(name)
    if (file === undefined || ordered.has(file)) return
    if (!file.endsWith('.ko')) throw new Error(`${file} is compressed: the initramfs loads plain .ko files only`)
    for (const dependency of dependenciesOf(readFileSync(file))) visit(dependency)
    ordered.add(file)
  }
  wanted.forEach(visit)
  return [...ordered]
}

function dependenciesOf(module: Buffer): string[] {
  const start = module.indexOf('\0depends=')
  if (start < 0) return []
  const from = start + '\0depends='.length
  return module.toString('latin1', from, module.indexOf(0, from)).split(',').filter(Boolean).map(moduleName)
}
