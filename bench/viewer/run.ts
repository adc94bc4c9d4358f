import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from '@playwright/test'
import { importFolded, type Profile, syntheticProfile } from '@sonde/profile'
import { machineFacts } from '../machine-facts.ts'
import { median, spread } from '../median.ts'
import { buildPages } from './build-pages.ts'
import { type Figures, measure } from './measure.ts'
import { serve } from './serve.ts'
import { type Target, writeInputs } from './write-inputs.ts'

/**
 * How fast viewers show one profile: ours beside those on npm, in headless Chromium, each run in a browser of its own, in alternation.
 *
 *   npm install --prefix bench/viewer
 *   npx tsx bench/viewer/run.ts [--rounds 3] [--sizes 10000,100000,1000000] [--viewers sonde-gzip,d3-flame-graph] [--folded FILE] [--timeout 120]
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    sizes: { type: 'string', default: '10000,100000,1000000' },
    viewers: { type: 'string', default: 'sonde-columns,sonde-gzip,speedscope,d3-flame-graph,flame-chart-js,react-pprof' },
    folded: { type: 'string' },
    timeout: { type: 'string', default: '120' },
  },
})
const rounds = Number(values.rounds)
const timeoutMs = Number(values.timeout) * 1000
const viewers = values.viewers.split(',')
const profiles: { name: string; make: () => Profile }[] = values.sizes
  .split(',')
  .filter((size) => size !== '')
  .map((size) => ({ name: size, make: () => syntheticProfile({ nodes: Number(size) }) }))
const { folded } = values
if (folded) profiles.push({ name: path.basename(folded), make: () => importFolded(readFileSync(folded, 'utf8')).profile })

const COLUMNS: { key: keyof Figures; title: string; digits: number }[] = [
  { key: 'paintMs', title: 'paint ms', digits: 0 },
  { key: 'zoomMs', title: 'zoom ms', digits: 0 },
  { key: 'wheelMs', title: 'wheel p95 ms', digits: 0 },
  { key: 'hoverMs', title: 'hover p95 ms', digits: 0 },
  { key: 'searchMs', title: 'search ms', digits: 0 },
  { key: 'heapMb', title: 'heap MB', digits: 0 },
  { key: 'rssMb', title: 'RSS MB', digits: 0 },
]

const launchOptions = {
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: [
    ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
    ...['--disable-component-update', '--disable-sync', '--site-per-process', '--js-flags=--expose-gc'],
  ],
}

async function once(viewer: string, folder: string, target: Target): Promise<Figures> {
  const speedscope = path.join(import.meta.dirname, 'node_modules/speedscope/dist/release')
  const server = await serve(viewer === 'speedscope' ? [folder, speedscope] : [folder, path.join(work, 'pages')])
  const browser = await chromium.launch(launchOptions)
  try {
    const url =
      viewer === 'speedscope' ? `${server.url}/index.html#profileURL=${server.url}/speedscope.json` : `${server.url}/${viewer}.html`
    const mode = viewer === 'speedscope' ? 'speedscope' : 'page'
    return await measure(browser, { url, timeoutMs, search: 'tcp', mode, target }, (text) => console.log(`    ${viewer}: ${text}`))
  } finally {
    await browser.close()
    await server.close()
  }
}

const cell = (runs: readonly Figures[], key: keyof Figures, digits: number): string => {
  const seen = runs.map((run) => run[key]).filter((value): value is number => value !== null)
  if (seen.length === 0) return '–'
  const text = median(seen).toFixed(digits)
  return seen.length === 1 ? text : `${text} (${spread(seen, digits)})`
}

const work = mkdtempSync(path.join(tmpdir(), 'sonde-bench-viewer-'))
try {
  await buildPages(
    viewers.filter((name) => name !== 'speedscope'),
    path.join(work, 'pages'),
  )
  console.log(`${machineFacts()}; ${rounds} rounds\n`)
  for (const { name, make } of profiles) {
    const folder = path.join(work, name)
    mkdirSync(folder)
    const { target, frames, samples, maxDepth, bytes } = writeInputs(make(), folder)
    const sizes = Object.entries(bytes).map(([file, size]) => `${file} ${(size / 1e6).toFixed(1)} MB`)
    console.log(`\n${name}: ${frames} frames, ${samples} samples, ${maxDepth} deep; ${sizes.join(', ')}`)
    const runs = new Map<string, Figures[]>(viewers.map((viewer) => [viewer, []]))
    for (let round = 0; round < rounds; round++) {
      for (const viewer of viewers) runs.get(viewer)?.push(await once(viewer, folder, target))
    }
    console.log(`\n| viewer | ${COLUMNS.map(({ title }) => title).join(' | ')} |\n|---|${COLUMNS.map(() => '---').join('|')}|`)
    for (const [viewer, figures] of runs) {
      console.log(`| ${viewer} | ${COLUMNS.map(({ key, digits }) => cell(figures, key, digits)).join(' | ')} |`)
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true })
}
