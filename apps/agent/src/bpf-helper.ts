import { accessSync, constants } from 'node:fs'
import path from 'node:path'
import { ConfigError } from './config-error.ts'

/** SONDE_BPF_HELPER=none: the agent works without it. */
export const NO_HELPER = 'none'
const HELPER = 'sonde-bpf'

/**
 * Full path of the native helper: what the setting says, else the one beside this program, else the one that was built in this checkout.
 * Null where there is none.
 * @throws ConfigError where the setting names something that cannot be run
 */
export function findBpfHelper(setting: string | null, programFolder = import.meta.dirname): string | null {
  if (setting === NO_HELPER) return null
  if (setting !== null) {
    if (isExecutable(setting)) return setting
    throw new ConfigError(`SONDE_BPF_HELPER names ${setting}, which is not a program that can be run; "${NO_HELPER}" turns the helper off.`)
  }
  // apps/agent/dist/main.js and apps/agent/src/main.ts lie equally deep.
  const candidates = [path.join(programFolder, HELPER), path.resolve(programFolder, '../../../native/dist', process.arch, HELPER)]
  return candidates.find(isExecutable) ?? null
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
