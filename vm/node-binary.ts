import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runTool } from '../scripts/setup/progress.mjs'
import type { Machine } from './machines.ts'

/**
 * Gets the node executable for a machine's architecture from the npm package that carries it (the ones behind npm's `node`
 * package) and puts it at `destination`. Throws when the archive is not the one whose hash machines.ts names.
 */
export async function installNode(node: Machine['node'], workFolder: string, destination: string): Promise<void> {
  mkdirSync(workFolder, { recursive: true })
  await runTool('npm', ['pack', '--silent', `${node.package}@${node.version}`], { cwd: workFolder })
  const archive = readdirSync(workFolder).find((file) => file.endsWith('.tgz'))
  if (!archive) throw new Error(`npm packed no ${node.package}@${node.version}`)
  const file = path.join(workFolder, archive)
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`
  if (integrity !== node.integrity) throw new Error(`${archive} is not what was expected: ${integrity}`)
  await runTool('tar', ['-xzf', file, '-C', workFolder, 'package/bin/node'])
  await runTool('install', ['-D', '-m', '755', path.join(workFolder, 'package/bin/node'), destination])
}
