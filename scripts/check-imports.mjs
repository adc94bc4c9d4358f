// @ts-check
/**
 * Keeps the house's one-way arrows (docs/ARCHITECTURE.md): which folder may import which is a table, and what the table does
 * not name is not allowed. Besides, every import has to stand in its package.json, go through the other package's `exports`,
 * and never climb out of its own package; `process.env` is read in env.ts files alone.
 *
 *   node scripts/check-imports.mjs [root]      exit 1 and one sentence per violation
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Folder → folders it may import. Apps are never on the right-hand side.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const ALLOWED = {
  'packages/contract': [],
  'packages/profile': [],
  'packages/stats': [],
  'packages/tracer': ['packages/contract', 'packages/profile', 'packages/stats'],
  'packages/flamegraph': ['packages/contract', 'packages/profile', 'packages/stats'],
  'packages/ui': ['packages/contract', 'packages/profile', 'packages/stats'],
  'packages/db': ['packages/contract', 'packages/profile', 'packages/stats'],
  'packages/domain': ['packages/contract', 'packages/profile', 'packages/stats', 'packages/db'],
  'packages/api': ['packages/contract', 'packages/domain'],
  'apps/web': [
    'packages/contract',
    'packages/profile',
    'packages/stats',
    'packages/flamegraph',
    'packages/ui',
    'packages/db',
    'packages/domain',
    'packages/api',
  ],
  'apps/gateway': ['packages/contract', 'packages/profile', 'packages/stats', 'packages/db', 'packages/domain'],
  'apps/agent': ['packages/contract', 'packages/profile', 'packages/stats', 'packages/tracer'],
  'apps/cli': ['packages/contract'],
}

/** Third-party packages that a folder may use, where that is a rule of its own and not just a matter of package.json. */
const ONLY_THIRD_PARTY = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  'packages/contract': ['zod'],
  'packages/profile': [],
  'packages/stats': [],
})

/** Markers that Next's bundler answers itself: they fail the build when a server file ends up in the browser, and are no package. */
const NEXT_MARKERS = ['server-only', 'client-only']

/** Where no Node built-in may be imported (outside tests): these run in the browser too. */
const BROWSER_TOO = ['packages/contract', 'packages/profile', 'packages/stats', 'packages/flamegraph', 'packages/ui']

const SOURCE = /\.(ts|tsx|mts|js|jsx|mjs)$/
const TEST = /(\.test\.tsx?$|(^|\/)(test|testing|fixtures)\/)/
/** Build and tool configuration at a package's top: may use the root's development tools. */
const TOOLING = /^[^/]+\.(ts|mts|js|mjs)$/
const SKIPPED_FOLDERS = new Set(['node_modules', '.next', 'dist', '.turbo', 'generated', 'coverage'])
const builtins = new Set(builtinModules)

/** @param {string} folder @returns {string[]} paths relative to `folder`, with `/` */
function listSources(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      if (SKIPPED_FOLDERS.has(entry.name)) return []
      return listSources(path.join(folder, entry.name)).map((file) => `${entry.name}/${file}`)
    }
    return SOURCE.test(entry.name) ? [entry.name] : []
  })
}

/**
 * Specifiers of all imports in a source text: static, side-effect, re-export, `import()` and `require()`, types included.
 * Not a parser: it relies on the formatter, which puts statements at the start of a line; comment lines are skipped.
 * @param {string} text
 * @returns {string[]}
 */
export function importsOf(text) {
  const code = withoutCommentLines(text)
  const patterns = [
    /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\b(?:import|require|require\.resolve)\(\s*['"]([^'"]+)['"]\s*[,)]/g,
  ]
  return [...new Set(patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1] ?? '')))]
}

/** @param {string} text */
function withoutCommentLines(text) {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '')
}

/** 'a/b/c' → 'a', '@s/a/b' → '@s/a' @param {string} specifier */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** @typedef {{ name: string, exports?: Record<string, unknown>, dependencies?: object, devDependencies?: object, optionalDependencies?: object, peerDependencies?: object }} Manifest */
/** @param {string} folder @returns {Manifest} */
const manifestOf = (folder) => JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'))

/**
 * @param {string} root the repository
 * @returns {{ violations: string[], files: number }} one sentence per violation
 */
export function checkImports(root) {
  /** @type {string[]} */
  const violations = []
  const folders = ['apps', 'packages'].flatMap((group) =>
    existsSync(path.join(root, group))
      ? readdirSync(path.join(root, group))
          .map((name) => `${group}/${name}`)
          .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
      : [],
  )
  const manifests = new Map(folders.map((folder) => [folder, manifestOf(path.join(root, folder))]))
  const folderOf = new Map([...manifests].map(([folder, manifest]) => [manifest.name, folder]))
  const rootManifest = manifestOf(root)
  let files = 0

  for (const [folder, manifest] of manifests) {
    if (!ALLOWED[folder]) violations.push(`${folder} is not in the table of scripts/check-imports.mjs: say there what it may import`)
    const declared = new Set(
      [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies].flatMap((d) => Object.keys(d ?? {})),
    )
    const forTests = new Set([manifest.devDependencies, rootManifest.devDependencies].flatMap((d) => Object.keys(d ?? {})))
    const types = new Set(Object.keys(manifest.devDependencies ?? {}))

    for (const dependency of declared) {
      const target = folderOf.get(dependency)
      if (target && !(ALLOWED[folder] ?? []).includes(target)) {
        violations.push(`${folder}/package.json depends on ${dependency}, but ${folder} may not know ${target}`)
      }
    }

    for (const file of listSources(path.join(root, folder))) {
      files++
      const where = `${folder}/${file}`
      const text = readFileSync(path.join(root, where), 'utf8')
      const isTest = TEST.test(file)
      const isTooling = TOOLING.test(file)

      for (const specifier of importsOf(text)) {
        if (specifier.startsWith('.')) {
          const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier))
          if (target.startsWith('..'))
            violations.push(`${where} imports ${specifier}, which leaves its package: import the package by name`)
          continue
        }
        if (specifier.startsWith('@/') || specifier.startsWith('#')) continue // the app's own path alias
        if (specifier.startsWith('node:') || builtins.has(specifier)) {
          if (!isTest && !isTooling && BROWSER_TOO.includes(folder)) {
            violations.push(`${where} imports ${specifier}, but ${folder} has to run in a browser too`)
          }
          continue
        }
        if (NEXT_MARKERS.includes(specifier) && declared.has('next')) continue
        const name = packageOf(specifier)
        const target = folderOf.get(name)
        if (target) {
          if (target === folder) violations.push(`${where} imports its own package by name (${specifier}): use a relative path`)
          else if (target.startsWith('apps/')) violations.push(`${where} imports ${specifier}, but nothing may import an app`)
          else if (!(ALLOWED[folder] ?? []).includes(target)) {
            violations.push(
              `${where} imports ${specifier}, but ${folder} may import ${ALLOWED[folder]?.join(', ') || 'no other package'} only`,
            )
          } else if (!declared.has(name)) {
            violations.push(`${where} imports ${specifier}, but ${name} is not in ${folder}/package.json`)
          }
          const entry = `.${specifier.slice(name.length)}`
          if (target !== folder && !(entry in (manifests.get(target)?.exports ?? {}))) {
            violations.push(`${where} imports ${specifier}, but ${target}/package.json does not export "${entry}"`)
          }
          continue
        }
        const strict = ONLY_THIRD_PARTY[folder]
        if (strict && !isTest && !isTooling && !strict.includes(name)) {
          violations.push(`${where} imports ${specifier}, but ${folder} depends on ${strict.join(', ') || 'nothing'} only`)
        } else if (!declared.has(name) && !types.has(`@types/${name}`) && !((isTest || isTooling) && forTests.has(name))) {
          violations.push(`${where} imports ${specifier}, but ${name} is not in ${folder}/package.json`)
        }
      }

      if (
        file.startsWith('src/') &&
        !isTest &&
        path.posix.basename(file) !== 'env.ts' &&
        /\bprocess\s*\.\s*env\b/.test(withoutCommentLines(text))
      ) {
        violations.push(`${where} reads process.env: read it in an env.ts, once, and pass the value on`)
      }
    }
  }
  return { violations, files }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(process.argv[2] ?? path.dirname(path.dirname(fileURLToPath(import.meta.url))))
  const { violations, files } = checkImports(root)
  for (const violation of violations) console.error(violation)
  console.log(
    violations.length === 0 ? `imports: ${files} files follow the rules` : `imports: ${violations.length} violation(s) in ${files} files`,
  )
  process.exit(violations.length === 0 ? 0 : 1)
}
