import type { Tool } from '@sonde/contract'
import { tryCommand } from '../host/try-command.ts'
import { HELPER } from './helper-command.ts'
import { HelperLines, isCount } from './helper-lines.ts'

/** Name, version and path of the helper, for the host's facts. */
export async function describeHelper(path: string | null): Promise<Tool> {
  if (path === null) return { name: HELPER, version: null, path }
  const attempt = await tryCommand([path, 'version'])
  const version = attempt.ok ? /"version":"([\w.+-]{1,64})","libbpf":"([\d.]{1,16})"/.exec(attempt.stdout) : null
  return { name: HELPER, version: version ? `${version[1]} (libbpf ${version[2]})` : null, path }
}

/** Runs the helper for 50 ms. Null where it attached, counted and ended as it should; else why not. */
export async function tryHelper(path: string): Promise<string | null> {
  const attempt = await tryCommand([path, 'syscalls', '--duration-ms', '50'])
  const lines = new HelperLines().push(Buffer.from(attempt.stdout, 'latin1'))
  const counted = lines.some((line) => line.type === 'row' && isCount(line.calls) && line.calls > 0)
  if (attempt.ok && counted && lines.some((line) => line.type === 'end')) return null
  const words = attempt.stderr
    .split('\n')
    .map((line) => line.replace(/^sonde-bpf: /, '').trim())
    .filter(Boolean)
  return words.slice(0, 2).join('; ') || (attempt.ok ? 'it counted nothing' : 'it printed nothing')
}
