import { findTool } from '../host/find-tool.ts'
import { tryCommand } from '../host/try-command.ts'

const TRIPLET = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const
/** How `ldconfig -p` marks libraries of an architecture. */
const MARK = { x64: 'x86-64', arm64: 'AArch64' } as const
type Arch = keyof typeof MARK

/**
 * Paths where the host's dynamic linker may find the library `name`, best first: out of its cache, else the usual folders (musl has no
 * cache). They need not exist.
 */
export async function libraryPaths(name: string, arch: Arch): Promise<string[]> {
  const ldconfig = await findTool('ldconfig')
  const listed = ldconfig === null ? [] : parseLdconfig((await tryCommand([ldconfig, '-p'])).stdout, name, arch)
  const folders = ['/lib', '/usr/lib'].flatMap((folder) => [`${folder}/${TRIPLET[arch]}`, `${folder}64`, folder])
  return [...new Set([...listed, ...[...folders, '/usr/local/lib'].map((folder) => `${folder}/${name}`)])]
}

/** Lines are `\tNAME (libc6,x86-64, …) => PATH`. */
export function parseLdconfig(text: string, name: string, arch: Arch): string[] {
  return text.split('\n').flatMap((line) => {
    const [, file, flags = '', path = ''] = /^\t(\S+) \(([^)]*)\) => (\/.*)$/.exec(line) ?? []
    return file === name && flags.split(/, ?/).includes(MARK[arch]) ? [path] : []
  })
}
