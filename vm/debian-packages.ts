import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runTool } from '../scripts/setup/progress.mjs'

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** The archive that this system gets its Debian packages from. */
async function archiveOfThisSystem(): Promise<string> {
  const targets = ['indextargets', '--format', '$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)', 'Created-By: Packages']
  const found = (lines: string[]) => lines.map((line) => /^Debian main [a-z]+ (\S+)$/.exec(line)?.[1]).find(Boolean)
  const archive = found(await runTool('apt-get', targets))
  if (archive) return archive
  // Where the lists were never fetched, apt does not know yet whose they are.
  await runTool('apt-get', ['update', '-q'])
  const fetched = found(await runTool('apt-get', targets))
  if (!fetched) throw new Error("apt has no source of Debian's packages here")
  return fetched
}

/**
 * Packages of any Debian release and architecture, through an apt with a state of its own below `folder`: it neither sees nor
 * changes what is installed here.
 */
export class DebianPackages {
  readonly #folder: string
  readonly #env: NodeJS.ProcessEnv

  private constructor(folder: string, env: NodeJS.ProcessEnv) {
    this.#folder = folder
    this.#env = env
  }

  /** Sets it up and fetches the lists. `release`: Debian's code name, as in bookworm. */
  static async open(folder: string, release: string, architecture: string): Promise<DebianPackages> {
    for (const part of ['lists/partial', 'cache/archives/partial', 'state']) mkdirSync(path.join(folder, part), { recursive: true })
    writeFileSync(path.join(folder, 'state/status'), '')
    const sources = path.join(folder, 'sources.list')
    writeFileSync(sources, `deb [signed-by=${KEYRING}] ${await archiveOfThisSystem()} ${release} main\n`)
    const config = path.join(folder, 'apt.conf')
    writeFileSync(
      config,
      [
        ['Dir::State', path.join(folder, 'state')],
        ['Dir::State::status', path.join(folder, 'state/status')],
        ['Dir::State::lists', path.join(folder, 'lists')],
        ['Dir::Cache', path.join(folder, 'cache')],
        ['Dir::Etc::sourcelist', sources],
        ['Dir::Etc::sourceparts', '/dev/null'],
        ['Dir::Etc::preferencesparts', '/dev/null'],
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
    const debian = new DebianPackages(folder, { ...process.env, APT_CONFIG: config, DEBIAN_FRONTEND: 'noninteractive' })
    await runTool('apt-get', ['update', '-q'], { env: debian.#env })
    return debian
  }

  /** The package that a metapackage stands for: linux-image-cloud-amd64 → linux-image-6.1.0-56-cloud-amd64. */
  async standsFor(metaPackage: string): Promise<string> {
    const lines = await runTool('apt-cache', ['depends', metaPackage], { env: this.#env })
    const name = lines.map((line) => /^\s*Depends: (linux-image-\d\S+)/.exec(line)?.[1]).find(Boolean)
    if (!name) throw new Error(`${metaPackage} stands for no kernel`)
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
