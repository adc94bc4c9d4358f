// @ts-check
/**
 * Puts back into package-lock.json what npm leaves out: a registry mirror that lacks the package of some other platform
 * (`@turbo/darwin-arm64` on a Linux mirror, say) makes npm drop that optional dependency from the lock, after which
 * `npm ci` refuses the lock ("Missing: … from lock file") and other platforms would be left without their binary.
 * Each entry is written from what the depending package says: name and exact version, and the platform that its name tells.
 * `resolved` and `integrity` stay empty; npm fills them in from the reader's own registry. Registry addresses of other
 * entries are removed for the same reason: the lock belongs to no registry.
 *
 *   node scripts/fix-lock.mjs            rewrites package-lock.json; run it after every change of the lock
 *   node scripts/fix-lock.mjs --check    exit 1 if that would change anything
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * @typedef {{ version?: string, resolved?: string, link?: boolean, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} LockEntry
 * @typedef {{ packages: Record<string, LockEntry> }} Lock
 */

const OS = {
  darwin: /darwin|macos/,
  win32: /win32|windows|win-/,
  android: /android/,
  freebsd: /freebsd/,
  openbsd: /openbsd/,
  netbsd: /netbsd/,
  sunos: /sunos/,
  aix: /aix/,
  linux: /linux/,
}
const CPU = {
  arm64: /arm64|aarch64/,
  x64: /x64|x86_64|-64(?![a-z0-9])/,
  ia32: /ia32|i686|-32(?![a-z0-9])/,
  arm: /arm/,
  ppc64: /ppc64/,
  s390x: /s390x/,
  riscv64: /riscv64/,
  loong64: /loong64/,
}

/** First key whose pattern matches. @param {Record<string, RegExp>} table @param {string} name */
const firstMatch = (table, name) => Object.entries(table).find(([, pattern]) => pattern.test(name))?.[0]

/** What an optional package's name says about its platform; null where it names none. @param {string} name */
export function platformOf(name) {
  const os = firstMatch(OS, name)
  if (!os) return null
  const cpu = firstMatch(CPU, name)
  const libc = /musl/.test(name) ? 'musl' : /gnu|glibc/.test(name) ? 'glibc' : null
  return { os: [os], ...(cpu && { cpu: [cpu] }), ...(libc && os === 'linux' && { libc: [libc] }) }
}

/** Where Node would find `name` from `from`, the key of an entry. @param {Lock['packages']} packages @param {string} from @param {string} name */
function resolves(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true
    if (at === '' || !at.includes('/node_modules/')) return Boolean(packages[`node_modules/${name}`])
  }
}

/**
 * @param {Lock} lock changed in no way
 * @returns {{ lock: Lock, added: string[], addresses: number, skipped: string[] }}
 */
export function fixLock(lock) {
  const packages = structuredClone(lock.packages)
  const added = []
  const skipped = []
  let addresses = 0
  for (const [at, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolves(packages, at, name)) continue
      const platform = platformOf(name)
      // A range would need the registry to answer it, and without a platform every install would fetch the package.
      if (!platform || !/^\d+\.\d+\.\d+[^ ]*$/.test(version)) {
        skipped.push(`${name}@${version}`)
        continue
      }
      packages[`node_modules/${name}`] = { version, ...platform, optional: true, ...(entry.dev && { dev: true }) }
      added.push(`${name}@${version}`)
    }
  }
  for (const entry of Object.values(packages)) {
    if (entry.resolved && /^https?:/.test(entry.resolved)) {
      delete entry.resolved
      addresses++
    }
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
  return { lock: { ...lock, packages: sorted }, added, addresses, skipped }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'package-lock.json')
  const before = readFileSync(file, 'utf8')
  const { lock, added, addresses, skipped } = fixLock(JSON.parse(before))
  for (const name of skipped) console.warn(`left out, its platform or exact version is not known: ${name}`)
  if (process.argv.includes('--check')) {
    if (added.length + addresses > 0) {
      console.error(
        `package-lock.json lacks ${added.length} optional package(s) and names a registry ${addresses} time(s): run node scripts/fix-lock.mjs`,
      )
      process.exit(1)
    }
    console.log('package-lock.json: complete')
  } else {
    if (added.length + addresses > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
    console.log(`package-lock.json: ${added.length} optional package(s) put back, ${addresses} registry address(es) removed`)
  }
}
