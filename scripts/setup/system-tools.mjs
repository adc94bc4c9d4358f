// @ts-check
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import path from 'node:path'
import { runTool } from './progress.mjs'

/** `file`: what is looked for instead of a command, as for a library. @typedef {{ command: string, file?: string, packages: string[], without: string }} SystemTool */

/** The first of these that is an executable on the PATH, or null. @param {string} command */
export function findCommand(command, searchPath = process.env.PATH ?? '') {
  for (const folder of [...searchPath.split(path.delimiter), '/usr/sbin', '/sbin']) {
    if (!folder) continue
    try {
      accessSync(path.join(folder, command), constants.X_OK)
      return path.join(folder, command)
    } catch {}
  }
  return null
}

/** Distribution ids of os-release, most specific first: ['ubuntu', 'debian']. */
export function distribution(osRelease = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '') {
  const value = (/** @type {string} */ key) => new RegExp(`^${key}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1] ?? ''
  return [value('ID'), ...value('ID_LIKE').split(/\s+/)].filter(Boolean)
}

/** Debian has perf in linux-perf, Ubuntu in one package per kernel. */
export function perfPackages(ids = distribution(), kernel = release()) {
  return ids[0] === 'ubuntu' ? ['linux-tools-common', `linux-tools-${kernel}`] : ['linux-perf']
}

/** What a capture on this machine needs. @returns {SystemTool[]} */
export const tracingTools = () => [
  { command: 'perf', packages: perfPackages(), without: 'no CPU profiles of this machine' },
  { command: 'bpftrace', packages: ['bpftrace'], without: 'no syscall breakdowns of this machine' },
  { command: 'setpriv', packages: ['util-linux'], without: 'tracers could outlive a killed agent' },
]

/**
 * Gets missing tools through apt where that is possible, and says so before it does. Never fails: what cannot be had is said,
 * with what does not work without it.
 * @param {SystemTool[]} tools
 * @param {import('./progress.mjs').Progress} progress
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Promise<SystemTool[]>} those that are still missing
 */
export async function ensureTools(tools, progress, environment = process.env) {
  const missing = () => tools.filter((tool) => (tool.file ? !existsSync(tool.file) : !findCommand(tool.command)))
  const before = missing()
  if (before.length === 0) return []
  const packages = [...new Set(before.flatMap((tool) => tool.packages))]
  const names = before.map((tool) => tool.command).join(', ')
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  /** @param {string} why */
  const giveUp = (why) => {
    progress.note(`${names} missing: ${why}`)
    for (const tool of missing()) progress.note(`  without ${tool.command}: ${tool.without}; everything else works`)
    return missing()
  }
  if (process.platform !== 'linux') return giveUp('these are Linux tools')
  if (!findCommand('apt-get')) return giveUp(`install ${packages.join(', ')} with this system's package manager`)
  if (environment.SONDE_NO_APT === '1') return giveUp(`SONDE_NO_APT=1 is set; to install: ${install}`)
  if (process.getuid?.() !== 0) return giveUp(`only root can install them: sudo ${install}`)

  const env = { ...environment, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, verbose: progress.verbose }
  const args = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages]
  try {
    await progress.step(`installing ${packages.join(', ')} with apt (set SONDE_NO_APT=1 to leave the system alone)`, async () => {
      try {
        await runTool('apt-get', args, options)
      } catch {
        // Package lists of a fresh image are empty, those of an old one name versions that are gone.
        await runTool('apt-get', ['update'], options)
        await runTool('apt-get', args, options)
      }
    })
  } catch (error) {
    return giveUp(`apt could not install them (${error instanceof Error ? error.message : error}); to see why: ${install}`)
  }
  return missing().length === 0 ? [] : giveUp('apt installed its packages, but the commands are still not there')
}
