import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync } from 'node:fs'
import { runTool } from '../scripts/setup/progress.mjs'

/** Unpacks a .deb without running anything of it. Directories that are links stay links (`dpkg-deb -x` would replace them). */
export async function extractPackage(deb: string, into: string): Promise<void> {
  const tar = `${deb}.tar`
  const output = openSync(tar, 'w')
  try {
    execFileSync('dpkg-deb', ['--fsys-tarfile', deb], { stdio: ['ignore', output, 'inherit'] })
  } finally {
    closeSync(output)
  }
  await runTool('tar', ['-xf', tar, '--keep-directory-symlink', '-C', into])
  rmSync(tar)
}
