import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runTool } from '../scripts/setup/progress.mjs'

/**
 * Debian packages of any architecture, through an apt with a state of its own below `folder`: it reads this system's sources and
 * keys, and neither sees nor changes what is installed here. Call `update` first.
 */
export class DebianPackages {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv

  constructor(folder: string, architecture: string) {
    this.#folder = folder
    for (const part of ['lists/partial', 'cache/archives/partial', 'state']) mkdirSync(path.join(folder, part), { recursive: true })
    writeFileSync(path.join(folder, 'state/status'), '')
    const config = path.join(folder, 'apt.conf')
    writeFileSync(
      config,
      [
        ['Dir::State', path.join(folder, 'state')],
        ['Dir::State::status', path.join(folder, 'state/status')],
        ['Dir::State::lists', path.join(folder, 'lists')],
        ['Dir::Cache', path.join(folder, 'cache')],
        ['APT::Architecture', architecture],
        ['APT::Install-Recommends', 'false'],
        // apt's own user cannot write to a folder of root's.
        ['APT::Sandbox::User', 'root'],
        ['Acquire::Languages', 'none'],
      ]
        .map(([key, value]) => `${key} "${value}";\n`)
        .concat(`APT::Architectures { "${architecture}"; };\n`)
        .join(''),
    )
    this.#env = { ...process.env, APT_CONFIG: config, DEBIAN_FRONTEND: 'noninteractive' }
  }

  async update(): Promise<void> {
    await runTool('apt-get', ['update', '-q'], { env: this.#env })
  }

  /** The package that a metapackage stands for: linux-image-cloud-amd64 → linux-image-6.1.0-56-cloud-amd64. */
  async standsFor(metaPackage: string): Promise<string> {
    const lines = await runTool('apt-cache', ['depends', metaPackage], { env: this.#env })
    const name = lines.map((line) => /^\s*Depends: (linux-image-\d\S+)/.exec(line)?.[1]).find(Boolean)
    if (!name) throw new Error(`${metaPackage} stands for no kernel here: are Debian's sources set up (apt-cache policy ${metaPackage})?`)
    return name
  }

  /** Gets packages, with everything they depend on or alone. Returns the .deb files. */
  async download(names: readonly string[], { withDependencies }: { withDependencies: boolean }): Promise<string[]> {
    const archives = path.join(this.#folder, 'cache/archives')
    const before = new Set(debsIn(archives))
    if (withDependencies) await runTool('apt-get', ['install', '-y', '-q', '--download-only', ...names], { env: this.#env })
    else await runTool('apt-get', ['download', '-q', ...names], { env: this.#env, cwd: archives })
    return debsIn(archives)
      .filter((file) => !before.has(file))
      .map((file) => path.join(archives, file))
  }
}

const debsIn = (folder: string): string[] => readdirSync(folder).filter((file) => file.endsWith('.deb'))
